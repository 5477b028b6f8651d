/**
 * Which prompts begin alike: a tree in which each prompt is a path and what several share is there once. Its size is the
 * least that any prefix cache has to evaluate, and walking it depth first puts next to each other what shares most.
 *
 * A step of the tree is a block of tokens. Blocks of one token are exact. Of larger ones, which keep the tree of many long
 * prompts small, two prompts that part inside a block share less than they could, by less than a block.
 */
export interface PrefixTree {
  readonly prompts: number;
  /** Of all prompts together. */
  readonly promptTokens: number;
  /** Tokens of the tree: the least that all prompts together make a cache evaluate. */
  readonly tokens: number;
  /** How much less `tokens` may be in truth: (block − 1) for each place where prompts part; 0 with blocks of one token. */
  readonly slackTokens: number;
  /** The prompts, by their number in the order of adding, in walking order. */
  readonly order: Int32Array;
  /** For each place in walking order, the tokens of its prompt. */
  readonly lengths: Int32Array;
  /** For each place in walking order, the tokens shared with the one before, which shares most of all before it. */
  readonly sharedTokens: Int32Array;
  /**
   * For each place in walking order, the place of the first prompt that begins with what is shared; -1 where nothing is.
   */
  readonly opener: Int32Array;
}

const root = 0;

/** @param blockTokens  tokens of a step */
export class PrefixTreeBuilder {
  readonly #blockTokens: number;
  readonly #nodes = new NodeTable();
  /** Tokens of each prompt, and the node where it ends. */
  readonly #lengths = new GrowingInts();
  readonly #ends = new GrowingInts();

  constructor(blockTokens = 1) {
    if (!(Number.isInteger(blockTokens) && blockTokens >= 1)) throw new RangeError(`a block of ${blockTokens} tokens`);
    this.#blockTokens = blockTokens;
  }

  add(tokens: Int32Array): void {
    let node = root;
    for (let from = 0; from < tokens.length; from += this.#blockTokens)
      node = this.#nodes.child(node, tokens, from, Math.min(tokens.length, from + this.#blockTokens));
    this.#lengths.push(tokens.length);
    this.#ends.push(node);
  }

  build(): PrefixTree {
    const prompts = this.#lengths.length;
    const children = grouped(this.#nodes.parents.subarray(0, this.#nodes.count), this.#nodes.count);
    const ends = grouped(this.#ends.values(), this.#nodes.count);
    const order = new Int32Array(prompts);
    const sharedTokens = new Int32Array(prompts);
    const opener = new Int32Array(prompts).fill(-1);
    const walkedAtEntry = new Int32Array(this.#nodes.count);
    let walked = 0;
    /** The highest node that the walk has come back to since the last prompt. */
    let parting = root;
    let partings = 0;
    const stack = [root];
    while (stack.length > 0) {
      const node = stack.pop()!;
      const parent = this.#nodes.parents[node]!;
      if (node !== root && this.#nodes.depths[parent]! < this.#nodes.depths[parting]!) parting = parent;
      walkedAtEntry[node] = walked;
      for (const prompt of ends.of(node)) {
        order[walked] = prompt;
        if (walked > 0) {
          sharedTokens[walked] = this.#nodes.depths[parting]!;
          if (parting !== root) opener[walked] = walkedAtEntry[parting]!;
          partings += 1;
        }
        parting = node;
        walked += 1;
      }
      const below = children.of(node);
      for (let index = below.length - 1; index >= 0; index--) stack.push(below[index]!);
    }
    return {
      prompts,
      promptTokens: this.#lengths.values().reduce((sum, length) => sum + length, 0),
      tokens: this.#nodes.tokens,
      slackTokens: partings * (this.#blockTokens - 1),
      order,
      lengths: order.map((prompt) => this.#lengths.values()[prompt]!),
      sharedTokens,
      opener,
    };
  }
}

/** The nodes of the tree, found by their parent and what their block holds. Node 0 is the root. */
class NodeTable {
  count = 1;
  /** Tokens of all blocks. */
  tokens = 0;
  /** Of the root: none. */
  parents = new Int32Array(1024).fill(-1);
  /** Tokens from the root to the end of the node. */
  depths = new Int32Array(1024);
  /** 64 bits that stand for the block; of one token, the token itself. */
  #low = new Int32Array(1024);
  #high = new Int32Array(1024);
  /** Open addressing, at most half full; 0 is empty. */
  #slots = new Int32Array(4096);

  /** The child of a node for `tokens` from `from` to before `to`, made where there is none. */
  child(parent: number, tokens: Int32Array, from: number, to: number): number {
    const single = to - from === 1;
    let low = single ? tokens[from]! : 0x811c9dc5;
    let high = single ? 1 : 0x01000193 ^ (to - from);
    if (!single)
      for (let at = from; at < to; at++) {
        low = mixed(low ^ tokens[at]!);
        high = mixed(high + Math.imul(tokens[at]!, 0x9e3779b1));
      }
    const mask = this.#slots.length - 1;
    let slot = mixed(mixed(parent ^ low) ^ high) & mask;
    for (let node = this.#slots[slot]!; node !== 0; node = this.#slots[slot]!) {
      if (this.parents[node] === parent && this.#low[node] === (low | 0) && this.#high[node] === (high | 0))
        return node;
      slot = (slot + 1) & mask;
    }
    const node = this.count++;
    if (node === this.parents.length) this.#grow();
    this.parents[node] = parent;
    this.depths[node] = this.depths[parent]! + to - from;
    this.#low[node] = low;
    this.#high[node] = high;
    this.tokens += to - from;
    this.#slots[slot] = node;
    if (this.count * 2 > this.#slots.length) this.#spread();
    return node;
  }

  #grow(): void {
    this.parents = twiceAsLong(this.parents);
    this.depths = twiceAsLong(this.depths);
    this.#low = twiceAsLong(this.#low);
    this.#high = twiceAsLong(this.#high);
  }

  #spread(): void {
    this.#slots = new Int32Array(2 * this.#slots.length);
    const mask = this.#slots.length - 1;
    for (let node = 1; node < this.count; node++) {
      let slot = mixed(mixed(this.parents[node]! ^ this.#low[node]!) ^ this.#high[node]!) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = node;
    }
  }
}

/** Murmur3's finish: every bit moves every other. */
function mixed(bits: number): number {
  let x = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

class GrowingInts {
  length = 0;
  #ints = new Int32Array(1024);

  push(value: number): void {
    if (this.length === this.#ints.length) this.#ints = twiceAsLong(this.#ints);
    this.#ints[this.length++] = value;
  }

  values(): Int32Array {
    return this.#ints.subarray(0, this.length);
  }
}

function twiceAsLong(ints: Int32Array): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(2 * ints.length);
  longer.set(ints);
  return longer;
}

/** The places of `keys` by their value, in rising order. Negative keys are in no group. */
function grouped(keys: Int32Array, groups: number) {
  const starts = new Int32Array(groups + 1);
  for (const key of keys) if (key >= 0) starts[key + 1]! += 1;
  for (let group = 0; group < groups; group++) starts[group + 1]! += starts[group]!;
  const members = new Int32Array(starts[groups]!);
  const next = starts.slice(0, groups);
  for (const [place, key] of keys.entries()) if (key >= 0) members[next[key]!++] = place;
  return { of: (group: number) => members.subarray(starts[group]!, starts[group + 1]!) };
}
