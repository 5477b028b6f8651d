// dist/: the sources as JavaScript with types, and the files beside them that are read at run time.
import { execFileSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

rmSync("dist", { recursive: true, force: true });
execFileSync("node_modules/.bin/tsc", ["-p", "tsconfig.build.json"], { stdio: "inherit" });
for (const asset of globSync("src/**/*.{css,js,html}")) {
  const target = join("dist", asset.slice("src/".length));
  mkdirSync(dirname(target), { recursive: true });
  cpSync(asset, target);
}
