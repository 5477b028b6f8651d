/** What training took, leaving out what is done between. */

export interface Spent {
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  /** Of matrix products: forward pass, gradients and update. */
  readonly flops: number;
}

/** @param before  what earlier training took */
export function stopwatch(before: Spent = { cpuSeconds: 0, wallSeconds: 0, flops: 0 }) {
  let { cpuSeconds, wallSeconds, flops } = before;
  let started = { cpu: process.cpuUsage(), wall: performance.now() };
  return {
    start: () => {
      started = { cpu: process.cpuUsage(), wall: performance.now() };
    },
    stop: (work: number) => {
      const { user, system } = process.cpuUsage(started.cpu);
      cpuSeconds += (user + system) / 1e6;
      wallSeconds += (performance.now() - started.wall) / 1e3;
      flops += work;
    },
    spent: (): Spent => ({ cpuSeconds, wallSeconds, flops }),
  };
}
