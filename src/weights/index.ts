export * from "./gguf-writer.ts";
export * from "./half.ts";
export * from "./q8-0.ts";
