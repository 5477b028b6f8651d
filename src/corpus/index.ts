export * from "./register.ts";
export * from "./words.ts";
