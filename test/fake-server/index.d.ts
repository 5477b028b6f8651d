export type { FakeAnswer } from "./chat-shapes.ts";
export { type FakeRequest, type FakeServer, type FakeServerOptions, type LogEntry, startFakeServer } from "./server.ts";
