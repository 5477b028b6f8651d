#!/usr/bin/env node
// From a clone the sources run as they are; the published package carries dist/, because Node strips no types there.
import { existsSync } from "node:fs";
import module from "node:module";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  console.error(
    `error:    this is Node.js ${process.versions.node}\nexpected: 22.19 or newer\nto mend:  in a clone use "npm start" or "npx assay", which bring their own; elsewhere install a newer Node.js`,
  );
  process.exit(1);
}
// What was compiled once is loaded from a cache: half the time to start, and no compiler in memory.
module.enableCompileCache?.();
const sources = new URL("../src/cli/main.ts", import.meta.url);
await import(existsSync(sources) ? sources.href : new URL("../dist/cli/main.js", import.meta.url).href);
