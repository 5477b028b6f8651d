/** Opens a checkpoint on a hub and compares it with its config; prints what that took. Run with --expose-gc. */
import { componentsOf, modelShapeOf } from "../src/anatomy/index.ts";
import { compareCounts, openCheckpoint, placedTensors } from "../src/weights/index.ts";

const [endpoint, id] = process.argv.slice(2) as [string, string];
const liveBytes = () => {
  globalThis.gc!();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};
const liveBefore = liveBytes();
const residentBefore = process.memoryUsage().rss;
const startedAt = performance.now();
const checkpoint = await openCheckpoint(id, { remote: { endpoint, timeoutMs: 30_000 } });
const shape = modelShapeOf(checkpoint.config!);
const placed = placedTensors(checkpoint, shape.layers);
const { contradictions, fileParameters } = compareCounts(componentsOf(shape), placed);
const wallMs = performance.now() - startedAt;
const peakBytes = process.resourceUsage().maxRSS * 1_024 - residentBefore;
const figures = {
  wallMs,
  bytesRead: checkpoint.bytesRead,
  tensors: placed.length,
  peakBytes,
  liveBytes: liveBytes() - liveBefore,
  fileParameters,
  contradictions: contradictions.length,
};
process.stdout.write(JSON.stringify(figures));
