export * from "./drawing.ts";
export * from "./facts.ts";
export * from "./terminal.ts";
