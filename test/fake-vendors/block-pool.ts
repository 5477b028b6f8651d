/**
 * vLLM's block pool, step by step as its design page describes it: blocks of a fixed size, a free queue whose head is given
 * out next, and a map from a block's hash to the blocks that hold it.
 *
 * @see https://docs.vllm.ai/en/latest/design/prefix_caching/ (copy in vllm-project/vllm, read on 2026-11-28)
 */
import { createHash } from "node:crypto";
import { floorTo } from "./tokens.ts";

export interface BlockPoolOptions {
  readonly blockSize: number;
  readonly blocks: number;
}

/** A request that holds blocks. */
export interface Sequence {
  readonly cachedTokens: number;
  readonly tokens: number[];
  readonly blockTable: number[];
  readonly salt: string;
}

export class BlockPool {
  readonly freeQueue: number[];
  private readonly blockSize: number;
  private readonly references: number[];
  private readonly hashes: (string | null)[];
  /** From a hash to the blocks that hold it, the first one first. */
  private readonly cached = new Map<string, number[]>();

  constructor({ blockSize, blocks }: BlockPoolOptions) {
    this.blockSize = blockSize;
    this.freeQueue = Array.from({ length: blocks }, (_, id) => id);
    this.references = this.freeQueue.map(() => 0);
    this.hashes = this.freeQueue.map(() => null);
  }

  /** Looks up and allocates a prompt; null where there are not enough free blocks. */
  start(prompt: readonly number[], salt = ""): Sequence | null {
    // Where everything is cached, the last token is computed again: its logits are needed. Only full blocks are cached.
    const mostTokens = floorTo(this.blockSize, prompt.length - 1);
    const hits: number[] = [];
    let parent: string | null = null;
    for (let from = 0; from < mostTokens; from += this.blockSize) {
      const hash = hashOf(parent, prompt.slice(from, from + this.blockSize), salt);
      const hit = this.cached.get(hash)?.[0];
      if (hit === undefined) break;
      hits.push(hit);
      parent = hash;
    }
    const needed = Math.ceil(prompt.length / this.blockSize) - hits.length;
    if (needed > this.freeQueue.filter((id) => !hits.includes(id)).length) return null;
    // Touched blocks leave the free queue before new ones are taken from it, so that they are not evicted.
    for (const id of hits) this.touch(id);
    const taken = Array.from({ length: needed }, () => this.take());
    const cachedTokens = hits.length * this.blockSize;
    const sequence = { cachedTokens, tokens: [...prompt], blockTable: [...hits, ...taken], salt };
    this.cacheFull(sequence);
    return sequence;
  }

  /** A generated token that goes through the model in its turn; false where no block is left for it. */
  append(sequence: Sequence, token: number): boolean {
    if (sequence.tokens.length === sequence.blockTable.length * this.blockSize) {
      if (this.freeQueue.length === 0) return false;
      sequence.blockTable.push(this.take());
    }
    sequence.tokens.push(token);
    this.cacheFull(sequence);
    return true;
  }

  /** Blocks go to the tail of the queue in reverse order: the last one holds the most tokens before it, and goes first. */
  finish(sequence: Sequence): void {
    for (const id of sequence.blockTable.toReversed()) {
      this.references[id]! -= 1;
      if (this.references[id] === 0) this.freeQueue.push(id);
    }
  }

  private touch(id: number): void {
    if (this.references[id] === 0) this.freeQueue.splice(this.freeQueue.indexOf(id), 1);
    this.references[id]! += 1;
  }

  /** The head of the free queue. If it was cached, this evicts it. */
  private take(): number {
    const id = this.freeQueue.shift()!;
    const hash = this.hashes[id];
    if (hash != null) {
      const holders = this.cached.get(hash)!.filter((holder) => holder !== id);
      if (holders.length > 0) this.cached.set(hash, holders);
      else this.cached.delete(hash);
    }
    this.hashes[id] = null;
    this.references[id] = 1;
    return id;
  }

  /** A block that is full is cached. Two blocks may hold the same: a block table is append-only. */
  private cacheFull({ tokens, blockTable, salt }: Sequence): void {
    for (const [i, id] of blockTable.entries()) {
      const from = i * this.blockSize;
      if (this.hashes[id] !== null || from + this.blockSize > tokens.length) continue;
      const parent = i === 0 ? null : this.hashes[blockTable[i - 1]!]!;
      const hash = hashOf(parent, tokens.slice(from, from + this.blockSize), salt);
      this.hashes[id] = hash;
      this.cached.set(hash, [...(this.cached.get(hash) ?? []), id]);
    }
  }
}

/** Of the parent's hash and the block's own tokens; the salt goes into the first block's. */
function hashOf(parent: string | null, tokens: readonly number[], salt: string): string {
  return createHash("sha256")
    .update(JSON.stringify([parent ?? salt, tokens]))
    .digest("hex");
}
