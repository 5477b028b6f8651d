/** What training took, leaving out what is done between. */

export interface Spent {
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  /** Of matrix products: forward pass, gradients and update. */
  readonly flops: number;
}

export function stopwatch() {
  let [cpuSeconds, wallSeconds, flops] = [0, 0, 0];
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
