/**
 * SGLang's radix tree: edges hold runs of tokens, a request reads the longest path that is there, and where memory is short
 * the least recently used leaf goes first, so that ancestors stay as long as anything hangs on them.
 *
 * @see Zheng et al., SGLang, arXiv:2312.07104, §3; what the paper leaves open is taken from
 *   sgl-project/sglang, python/sglang/srt/mem_cache/radix_cache.py and common.py (read on 2026-11-28)
 */
import { commonPrefix } from "./tokens.ts";

interface Node {
  tokens: readonly number[];
  children: Node[];
  parent: Node | null;
  /** Counts uses, not time: what matters is the order. */
  usedAt: number;
}

export class RadixTree {
  private readonly root: Node = { tokens: [], children: [], parent: null, usedAt: 0 };
  private readonly capacityTokens: number;
  private uses = 0;
  private runningTokens = 0;
  private readonly evicts: "what is missing" | "what is needed";

  constructor(capacityTokens: number, evicts: "what is missing" | "what is needed" = "what is missing") {
    this.capacityTokens = capacityTokens;
    this.evicts = evicts;
  }

  /**
   * Runs one request to its end.
   *
   * @returns how many tokens of the prompt were there; null where memory does not suffice
   */
  run(prompt: readonly number[], output: readonly number[]): number | null {
    // At least one token is computed, for its logits.
    const key = prompt.slice(0, -1);
    const matched = this.match(key);
    // What this request reads is locked while it runs; the last token of the answer never enters the cache.
    const locked = pathOf(this.nodeAt(key, matched));
    const stored = [...prompt, ...output.slice(0, -1)];
    const fits =
      this.allocate(prompt.length - matched, locked) && output.slice(0, -1).every(() => this.allocate(1, locked));
    this.runningTokens = 0;
    if (!fits) return null;
    this.insert(prompt);
    this.insert(stored);
    return matched;
  }

  size(): number {
    return nodesBelow(this.root).reduce((sum, { tokens }) => sum + tokens.length, 0);
  }

  /** Makes room for tokens of the running request. */
  private allocate(tokens: number, locked: readonly Node[]): boolean {
    const free = this.freeTokens();
    if (free < tokens) this.evict(this.evicts === "what is missing" ? tokens - free : tokens, locked);
    if (this.freeTokens() < tokens) return false;
    this.runningTokens += tokens;
    return true;
  }

  private freeTokens(): number {
    return this.capacityTokens - this.size() - this.runningTokens;
  }

  private evict(tokens: number, locked: readonly Node[]): void {
    for (let evicted = 0; evicted < tokens; ) {
      const leaves = nodesBelow(this.root).filter((node) => node.children.length === 0 && !locked.includes(node));
      const [oldest] = leaves.sort((a, b) => a.usedAt - b.usedAt);
      if (!oldest) return;
      const siblings = oldest.parent!.children;
      siblings.splice(siblings.indexOf(oldest), 1);
      evicted += oldest.tokens.length;
    }
  }

  /** Length of the longest cached prefix. A match that ends inside an edge splits it there. */
  private match(tokens: readonly number[]): number {
    let node = this.root;
    let length = 0;
    for (;;) {
      const child = node.children.find(({ tokens: edge }) => edge[0] === tokens[length]);
      if (!child) return length;
      child.usedAt = this.nextUse();
      const common = commonPrefix(child.tokens, tokens.slice(length));
      length += common;
      if (common < child.tokens.length) {
        this.split(child, common);
        return length;
      }
      node = child;
    }
  }

  private insert(tokens: readonly number[]): void {
    const length = this.match(tokens);
    if (length === tokens.length) return;
    const parent = this.nodeAt(tokens, length);
    parent.children.push({ tokens: tokens.slice(length), children: [], parent, usedAt: this.nextUse() });
  }

  /** The head of an edge becomes a node of its own, above the tail. */
  private split(tail: Node, at: number): void {
    const parent = tail.parent!;
    const head: Node = { tokens: tail.tokens.slice(0, at), children: [tail], parent, usedAt: this.nextUse() };
    parent.children[parent.children.indexOf(tail)] = head;
    tail.tokens = tail.tokens.slice(at);
    tail.parent = head;
  }

  private nextUse(): number {
    this.uses += 1;
    return this.uses;
  }

  /** The node in which a matched prefix ends. */
  private nodeAt(tokens: readonly number[], length: number): Node {
    let node = this.root;
    for (let at = 0; at < length; at += node.tokens.length) {
      node = node.children.find(({ tokens: edge }) => edge[0] === tokens[at])!;
    }
    return node;
  }
}

function nodesBelow(node: Node): Node[] {
  return node.children.flatMap((child) => [child, ...nodesBelow(child)]);
}

function pathOf(node: Node): Node[] {
  return node.parent ? [node, ...pathOf(node.parent)] : [];
}
