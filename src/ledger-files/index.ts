/** The ledger on disk: reading, adding, and the schemas for editors. */
export * from "./append.ts";
export * from "./folder.ts";
export * from "./read.ts";
