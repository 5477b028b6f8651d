import { type Groups, grouped } from "../../stats/index.ts";

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
  /** The tokens of a prompt, put together from the tree; null with blocks of several tokens, of which it has only sums. */
  readonly tokensOf: ((prompt: number) => Int32Array) | null;
}

const root = 0;

export class PrefixTreeBuilder {
  readonly #blockTokens: number;
  readonly #nodes = new NodeTable();
  /** Tokens of each prompt, and the node where it ends. */
  readonly #lengths = new GrowingInts();
  readonly #ends = new GrowingInts();

  /** @param blockTokens  tokens of a step */
  constructor(blockTokens = 1) {
    if (!(Number.isInteger(blockTokens) && blockTokens >= 1)) throw new RangeError(`a block of ${blockTokens} tokens`);
    this.#blockTokens = blockTokens;
  }

  /** Steps of the tree so far, of four bytes each. */
  get steps(): number {
    return this.#nodes.steps;
  }

  add(tokens: Int32Array): void {
    const steps = this.#blockTokens === 1 ? tokens : blockSums(tokens, this.#blockTokens);
    this.#lengths.push(tokens.length);
    this.#ends.push(this.#nodes.endOf(steps));
  }

  build(): PrefixTree {
    const nodes = this.#nodes;
    const lengths = this.#lengths.values().slice();
    const prompts = lengths.length;
    const parents = nodes.parents.subarray(0, nodes.count);
    const depths = this.#depthsInTokens();
    const ends = grouped(this.#ends.values(), nodes.count);
    const children = grouped(parents, nodes.count, smallestFirst(parents, depths, ends));
    const order = new Int32Array(prompts);
    const sharedTokens = new Int32Array(prompts);
    const opener = new Int32Array(prompts).fill(-1);
    const walkedAtEntry = new Int32Array(nodes.count);
    let walked = 0;
    /** The highest node that the walk has come back to since the last prompt. */
    let parting = root;
    let partings = 0;
    const stack = [root];
    while (stack.length > 0) {
      const node = stack.pop()!;
      const parent = parents[node]!;
      if (node !== root && depths[parent]! < depths[parting]!) parting = parent;
      walkedAtEntry[node] = walked;
      for (const prompt of ends.of(node)) {
        order[walked] = prompt;
        if (walked > 0) {
          sharedTokens[walked] = depths[parting]!;
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
      promptTokens: lengths.reduce((sum, length) => sum + length, 0),
      tokens: depths.reduce((sum, depth, node) => sum + depth - (node === root ? 0 : depths[parents[node]!]!), 0),
      slackTokens: partings * (this.#blockTokens - 1),
      order,
      lengths: order.map((prompt) => lengths[prompt]!),
      sharedTokens,
      opener,
      tokensOf: this.#blockTokens === 1 ? (prompt) => nodes.path(this.#ends.values()[prompt]!) : null,
    };
  }

  /** Of each node's end. The last block of a prompt may be a shorter one, and then no other prompt goes on behind it. */
  #depthsInTokens(): Int32Array {
    const depths = this.#nodes.depths.slice(0, this.#nodes.count);
    if (this.#blockTokens === 1) return depths;
    for (const [node, steps] of depths.entries()) depths[node] = steps * this.#blockTokens;
    for (const [prompt, node] of this.#ends.values().entries()) depths[node] = this.#lengths.values()[prompt]!;
    return depths;
  }
}

/**
 * The nodes, so that among those of one parent they stand by the prompts below them, the fewest first, and then by their
 * first prompt. A vendor that keeps a prefix only once two prompts have parted behind it has then kept it before many ask
 * for it.
 */
function smallestFirst(parents: Int32Array, depths: Int32Array, ends: Groups): Int32Array {
  const below = Int32Array.from(parents, (_, node) => ends.of(node).length);
  const firstPrompts = Int32Array.from(parents, (_, node) => ends.of(node)[0] ?? 2 ** 31 - 1);
  const all = Int32Array.from(parents.keys());
  for (const node of all.toSorted((a, b) => depths[b]! - depths[a]!)) {
    const parent = parents[node]!;
    if (parent < 0) continue;
    below[parent]! += below[node]!;
    firstPrompts[parent] = Math.min(firstPrompts[parent]!, firstPrompts[node]!);
  }
  return all.sort((a, b) => below[a]! - below[b]! || firstPrompts[a]! - firstPrompts[b]!);
}

/** Where prompts end or part; a node is a run of steps, none of which parts inside. Node 0 is the root. */
class NodeTable {
  count = 1;
  /** Of the root: none. */
  parents = new Int32Array(1024).fill(-1);
  /** Steps from the root to the end of the node. */
  depths = new Int32Array(1024);
  /** Where the node's steps begin among all. */
  #starts = new Int32Array(1024);
  readonly #steps = new GrowingInts();
  /** Nodes by their parent and first step: open addressing, at most half full; 0 is empty. */
  #slots = new Int32Array(4096);

  get steps(): number {
    return this.#steps.length;
  }

  /** The node where this path ends, made where there is none. */
  endOf(path: Int32Array): number {
    let node = root;
    while (this.depths[node]! < path.length) {
      const from = this.depths[node]!;
      const slot = this.#slotOf(node, path[from]!);
      const child = this.#slots[slot]!;
      if (child === 0) {
        const start = this.#steps.length;
        this.#steps.append(path.subarray(from));
        node = this.#add(node, start, path.length);
        this.#slots[slot] = node;
        if (this.count * 2 > this.#slots.length) this.#spread();
        return node;
      }
      const shared = this.#sharedSteps(child, path, from);
      node = from + shared < this.depths[child]! ? this.#split(child, shared, slot) : child;
    }
    return node;
  }

  /** All steps from the root to the end of a node. */
  path(end: number): Int32Array {
    const path = new Int32Array(this.depths[end]!);
    const steps = this.#steps.values();
    for (let node = end; node !== root; node = this.parents[node]!) {
      const from = this.depths[this.parents[node]!]!;
      const start = this.#starts[node]!;
      path.set(steps.subarray(start, start + this.depths[node]! - from), from);
    }
    return path;
  }

  #sharedSteps(node: number, path: Int32Array, from: number): number {
    const steps = this.#steps.values();
    const start = this.#starts[node]!;
    const most = Math.min(this.depths[node]!, path.length) - from;
    let shared = 1;
    while (shared < most && steps[start + shared] === path[from + shared]) shared++;
    return shared;
  }

  /** Cuts a node in two behind so many of its steps; returns the upper half, which takes its slot. */
  #split(lower: number, steps: number, slot: number): number {
    const start = this.#starts[lower]!;
    const parent = this.parents[lower]!;
    const upper = this.#add(parent, start, this.depths[parent]! + steps);
    this.#slots[slot] = upper;
    this.parents[lower] = upper;
    this.#starts[lower] = start + steps;
    this.#slots[this.#slotOf(upper, this.#steps.values()[start + steps]!)] = lower;
    if (this.count * 2 > this.#slots.length) this.#spread();
    return upper;
  }

  #add(parent: number, start: number, depth: number): number {
    const node = this.count++;
    if (node === this.parents.length) {
      this.parents = twiceAsLong(this.parents);
      this.depths = twiceAsLong(this.depths);
      this.#starts = twiceAsLong(this.#starts);
    }
    this.parents[node] = parent;
    this.#starts[node] = start;
    this.depths[node] = depth;
    return node;
  }

  /** The slot of a parent's child that begins with this step, or the empty one where it would stand. */
  #slotOf(parent: number, step: number): number {
    const mask = this.#slots.length - 1;
    const steps = this.#steps.values();
    let slot = mixed(mixed(parent) ^ step) & mask;
    for (let node = this.#slots[slot]!; node !== 0; node = this.#slots[slot]!) {
      if (this.parents[node] === parent && steps[this.#starts[node]!] === step) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #spread(): void {
    this.#slots = new Int32Array(2 * this.#slots.length);
    for (let node = 1; node < this.count; node++)
      this.#slots[this.#slotOf(this.parents[node]!, this.#steps.values()[this.#starts[node]!]!)] = node;
  }
}

/** 32 bits that stand for each block; of a shorter last one, for its length too. */
function blockSums(tokens: Int32Array, blockTokens: number): Int32Array {
  return Int32Array.from({ length: Math.ceil(tokens.length / blockTokens) }, (_, block) => {
    const to = Math.min(tokens.length, (block + 1) * blockTokens);
    let sum = to - block * blockTokens;
    for (let at = block * blockTokens; at < to; at++) sum = mixed(Math.imul(sum, 31) + tokens[at]!);
    return sum;
  });
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

  append(values: Int32Array): void {
    while (this.length + values.length > this.#ints.length) this.#ints = twiceAsLong(this.#ints);
    this.#ints.set(values, this.length);
    this.length += values.length;
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
