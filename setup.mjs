// Makes a fresh clone ready: installs the packages that package-lock.json names when they are not there yet, and with
// --for-tests a browser for the page tests, and SciPy and statsmodels to hold the statistics to. Plain JavaScript for the
// machine's own Node, whatever its version.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync } from "node:fs";

/** What each leaves says whether it is there. */
const debianPackages = [
  { packages: ["chromium", "fonts-dejavu-core"], leaves: "/usr/bin/chromium" },
  { packages: ["python3-scipy"], leaves: "/usr/lib/python3/dist-packages/scipy" },
  { packages: ["python3-statsmodels"], leaves: "/usr/lib/python3/dist-packages/statsmodels" },
];

const lock = readFileSync("package-lock.json", "utf8");
const installed = "node_modules/.assay-lock.json";
if (!existsSync(installed) || readFileSync(installed, "utf8") !== lock) {
  console.error("Installing packages (once, about half a minute) …");
  // Not `npm ci`: it refuses a registry that lacks the optional packages of some other platform. The lock file holds here too.
  run("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"]);
  copyFileSync("package-lock.json", installed);
}
if (process.argv.includes("--for-tests") && existsSync("/usr/bin/apt-get")) {
  const missing = debianPackages.filter(({ leaves }) => !existsSync(leaves)).flatMap(({ packages }) => packages);
  if (missing.length > 0) {
    console.error(`Installing what the tests use (once): ${missing.join(", ")} …`);
    const sudo = process.getuid?.() === 0 ? [] : ["sudo"];
    run(...aptGet(sudo, ["update", "-qq"]));
    run(...aptGet(sudo, ["install", "-y", "-qq", "--no-install-recommends", ...missing]));
  }
}

function aptGet(sudo, args) {
  const [command, ...rest] = [...sudo, "apt-get", ...args];
  return [command, rest];
}

function run(command, args) {
  try {
    execFileSync(command, args, {
      stdio: ["ignore", 2, 2],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  } catch {
    console.error(
      `error:    ${command} ${args.join(" ")} failed\nexpected: a working package registry\nto mend:  see the lines above, then run the same command again`,
    );
    process.exit(1);
  }
}
