/** The fake model server as a program: `node test/fake-server/main.ts --port 0`. Prints its address and stays. */
import { parseArgs } from "node:util";
import { startFakeServer } from "./server.js";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    host: { type: "string", default: "127.0.0.1" },
    script: { type: "string", default: "answer" },
    "prefill-ms-per-token": { type: "string", default: "0" },
  },
});
const server = await startFakeServer({
  port: Number(values.port),
  host: values.host,
  defaultScript: values.script,
  prefillMsPerToken: Number(values["prefill-ms-per-token"]),
});
process.stdout.write(`${JSON.stringify({ baseUrl: server.baseUrl, pid: process.pid })}\n`);
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => void server.close().then(() => process.exit(0)));
}
