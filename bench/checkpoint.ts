/** Remote checkpoints of 100 shards, read by their headers and compared with their configs: bytes, memory, time. */
import { formatBytes } from "../src/units/index.ts";
import { median, type Outcome, spreadOf } from "./outcome.ts";
import { pathOf, runNode, startServer } from "./programs.ts";

interface Figures {
  readonly wallMs: number;
  readonly bytesRead: number;
  readonly tensors: number;
  readonly peakBytes: number;
  readonly liveBytes: number;
  readonly contradictions: number;
}
interface Model {
  readonly id: string;
  readonly headerBytes: number;
  readonly checkpointBytes: number;
}

const mostBytes = 64 * 1_024 * 1_024;

export async function checkpoint(rounds: number): Promise<Outcome> {
  await using hub = await startServer<{ baseUrl: string; models: Model[] }>("../test/checkpoints/hub-main.ts");
  const measured: (Model & { readonly runs: readonly Figures[] })[] = [];
  for (const model of hub.models) {
    const runs: Figures[] = [];
    for (let round = 0; round < rounds; round++) {
      const program = ["--expose-gc", pathOf("checkpoint-audit.ts"), hub.baseUrl, model.id];
      runs.push(JSON.parse((await runNode(program)).stdout));
    }
    measured.push({ ...model, runs });
  }
  const middle = (runs: readonly Figures[], figure: (run: Figures) => number) => median(runs.map(figure));
  return {
    title: "Remote checkpoints of 100 shards against their configs",
    table: [
      ["model", "tensors", "size", "read", "ms", "memory after", "at its peak"],
      ...measured.map(({ id, checkpointBytes, runs }) => [
        id,
        String(runs[0]!.tensors),
        formatBytes(checkpointBytes),
        formatBytes(runs[0]!.bytesRead),
        spreadOf(runs.map(({ wallMs }) => wallMs)),
        formatBytes(middle(runs, ({ liveBytes }) => liveBytes)),
        formatBytes(middle(runs, ({ peakBytes }) => peakBytes)),
      ]),
    ],
    goals: measured.flatMap(({ id, headerBytes, runs }) => {
      const peakBytes = middle(runs, (run) => run.peakBytes);
      const liveBytes = middle(runs, (run) => run.liveBytes);
      return [
        {
          goal: `${id}: header bytes only`,
          measured: `${runs[0]!.bytesRead} of ${headerBytes}`,
          met: runs.every(({ bytesRead }) => bytesRead === headerBytes),
        },
        { goal: `${id}: holds under 64 MiB`, measured: formatBytes(liveBytes), met: liveBytes < mostBytes },
        { goal: `${id}: peak under 64 MiB`, measured: formatBytes(peakBytes), met: peakBytes < mostBytes },
      ];
    }),
    notes: ["memory: what is added to the idle program; after: live objects, at its peak: resident, garbage included"],
    figures: { measured },
  };
}
