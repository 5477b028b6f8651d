/** Entries of a cache that is looked up by whole prefixes: each lives for a while after it was last used. */
interface Entry {
  readonly usedAtMs: number;
  readonly lifetimeMs: number;
}

export class LastingEntries {
  /** In order of use, so that what has expired stands in front. */
  readonly #entries = new Map<number, Entry>();

  isAlive(key: number, atMs: number): boolean {
    const entry = this.#entries.get(key);
    return entry !== undefined && atMs - entry.usedAtMs <= entry.lifetimeMs;
  }

  /** Of an entry that lives. */
  lifetimeMs(key: number, atMs: number): number | undefined {
    return this.isAlive(key, atMs) ? this.#entries.get(key)!.lifetimeMs : undefined;
  }

  /** Renews an entry that lives, whose lifetime stays what it was, or writes it. */
  use(key: number, atMs: number, lifetimeMs: number): void {
    this.#renew(key, atMs, this.lifetimeMs(key, atMs) ?? lifetimeMs);
  }

  /** Renews an entry that lives, whose lifetime grows to this, or writes it. */
  useLonger(key: number, atMs: number, lifetimeMs: number): void {
    this.#renew(key, atMs, Math.max(this.lifetimeMs(key, atMs) ?? 0, lifetimeMs));
  }

  #renew(key: number, atMs: number, lifetimeMs: number): void {
    const usedAtMs = this.isAlive(key, atMs) ? Math.max(atMs, this.#entries.get(key)!.usedAtMs) : atMs;
    this.#entries.delete(key);
    this.#entries.set(key, { usedAtMs, lifetimeMs });
  }

  /** Forgets what has expired, up to the first that has not. */
  forget(atMs: number): void {
    for (const key of this.#entries.keys()) {
      if (this.isAlive(key, atMs)) return;
      this.#entries.delete(key);
    }
  }
}
