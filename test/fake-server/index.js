export { startFakeServer } from "./server.js";
