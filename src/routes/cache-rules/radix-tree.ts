/**
 * The sequences that a cache remembers, each common prefix once: a path-compressed tree whose nodes also stand in a row
 * from the least to the most recently used. A node is used whenever one below it is, and just after it, so that the head
 * of the row has nothing below: eviction takes it from there, at no search.
 *
 * A symbol is a token, or the key of a whole chunk (`prefix-keys.ts`), where a rule knows nothing finer.
 */
export type Symbols = Int32Array | Float64Array;

export class PrefixNode {
  /** What stands between the parent's end and this one's. */
  symbols: Symbols;
  /** Symbols from the root to the end of this node. */
  depth: number;
  parent: PrefixNode | null;
  /** By their first symbol. */
  children: Map<number, PrefixNode> | null = null;
  usedAtMs = Number.NEGATIVE_INFINITY;
  /** Calls that hold it: while there are any, it is out of the row and cannot be evicted. */
  locks = 0;
  older: PrefixNode | null = null;
  newer: PrefixNode | null = null;

  constructor(symbols: Symbols, depth: number, parent: PrefixNode | null) {
    this.symbols = symbols;
    this.depth = depth;
    this.parent = parent;
  }
}

const ignore = () => {};

export class RadixTree {
  readonly root = new PrefixNode(new Int32Array(0), 0, null);
  /** Both ends of the row: `#row.newer` is the oldest node, `#row.older` the newest. */
  readonly #row = new PrefixNode(new Int32Array(0), 0, null);
  /** Symbols held. */
  size = 0;

  constructor() {
    this.#row.older = this.#row;
    this.#row.newer = this.#row;
  }

  /** The node least recently used; null where every node is locked, or there is none. */
  get oldest(): PrefixNode | null {
    return this.#row.newer === this.#row ? null : this.#row.newer;
  }

  /**
   * The node that ends where the first `length` symbols leave what is remembered: its depth is the longest common prefix.
   *
   * @param onSplit told of the lower half of a node that had to be cut in two for this
   */
  find(symbols: Symbols, length = symbols.length, onSplit: (below: PrefixNode) => void = ignore): PrefixNode {
    let node = this.root;
    while (node.depth < length) {
      const child = node.children?.get(symbols[node.depth]!);
      if (child === undefined) break;
      const shared = commonLength(child.symbols, symbols, node.depth, length);
      if (shared < child.symbols.length) {
        node = this.#split(child, shared);
        onSplit(child);
        break;
      }
      node = child;
    }
    return node;
  }

  /** Remembers the first `length` symbols; they are copied. */
  add(symbols: Symbols, length = symbols.length, onSplit: (below: PrefixNode) => void = ignore): PrefixNode {
    const node = this.find(symbols, length, onSplit);
    if (node.depth === length) return node;
    const leaf = new PrefixNode(symbols.slice(node.depth, length), length, node);
    this.size += leaf.symbols.length;
    node.children ??= new Map();
    node.children.set(leaf.symbols[0]!, leaf);
    this.#append(leaf);
    return leaf;
  }

  /** The node and all above it are used. */
  touch(node: PrefixNode, atMs: number): void {
    for (let at = node; at.parent !== null; at = at.parent) {
      if (at.usedAtMs < atMs) at.usedAtMs = atMs;
      if (at.locks > 0) continue;
      unlink(at);
      this.#append(at);
    }
  }

  lock(node: PrefixNode): void {
    for (let at = node; at.parent !== null; at = at.parent) if (at.locks++ === 0) unlink(at);
  }

  /** The last to unlock a node uses it. */
  unlock(node: PrefixNode): void {
    for (let at = node; at.parent !== null; at = at.parent) if (--at.locks === 0) this.#append(at);
  }

  /** Unlocks a node and forgets what was there for its sake alone: it, and those above it, up to one that others hold or share. */
  release(node: PrefixNode): void {
    this.unlock(node);
    for (let at = node; at.parent !== null && at.locks === 0 && at.children === null; ) {
      const above = at.parent;
      this.cut(at);
      at = above;
    }
  }

  /** Forgets the last `count` symbols of a node that has none below. */
  cut(leaf: PrefixNode, count = leaf.symbols.length): void {
    this.size -= count;
    if (count < leaf.symbols.length) {
      leaf.symbols = leaf.symbols.slice(0, leaf.symbols.length - count);
      leaf.depth -= count;
      return;
    }
    unlink(leaf);
    const { children } = leaf.parent!;
    children!.delete(leaf.symbols[0]!);
    if (children!.size === 0) leaf.parent!.children = null;
  }

  /** Forgets what was last used before. */
  forget(beforeMs: number): void {
    for (let node = this.oldest; node !== null && node.usedAtMs < beforeMs; node = this.oldest) this.cut(node);
  }

  /** Cuts a node in two behind `length` of its symbols; returns the upper half. */
  #split(lower: PrefixNode, length: number): PrefixNode {
    const upper = new PrefixNode(
      lower.symbols.slice(0, length),
      lower.depth - lower.symbols.length + length,
      lower.parent,
    );
    upper.usedAtMs = lower.usedAtMs;
    upper.locks = lower.locks;
    lower.parent!.children!.set(upper.symbols[0]!, upper);
    lower.symbols = lower.symbols.slice(length);
    lower.parent = upper;
    upper.children = new Map([[lower.symbols[0]!, lower]]);
    if (lower.locks === 0) insertBefore(lower.newer!, upper);
    return upper;
  }

  #append(node: PrefixNode): void {
    insertBefore(this.#row, node);
  }
}

/** Puts a node into the row, just older than another. */
function insertBefore(newer: PrefixNode, node: PrefixNode): void {
  node.newer = newer;
  node.older = newer.older;
  newer.older!.newer = node;
  newer.older = node;
}

function unlink(node: PrefixNode): void {
  node.older!.newer = node.newer;
  node.newer!.older = node.older;
}

function commonLength(held: Symbols, symbols: Symbols, from: number, to: number): number {
  const most = Math.min(held.length, to - from);
  let length = 0;
  while (length < most && held[length] === symbols[from + length]) length++;
  return length;
}
