/** What ran a trial: its times and last bits depend on it. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import type { Device } from "../graph/session.ts";
import type { Machine } from "./trial-record.ts";

/** Assay's own: another version may train otherwise. */
export const assayVersion = (
  JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as { version: string }
).version;

export function machineOf(device: Device): Machine {
  const { version } = createRequire(import.meta.url)("onnxruntime-node/package.json") as { version: string };
  return {
    ...(device !== "cpu" && { device }),
    processor: cpus()[0]?.model ?? "unknown",
    node: process.versions.node,
    onnxruntime: version,
    assay: assayVersion,
  };
}
