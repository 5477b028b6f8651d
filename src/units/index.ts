export * from "./bytes.ts";
export * from "./ms.ts";
export * from "./number.ts";
export * from "./share.ts";
export * from "./text.ts";
export * from "./tokens.ts";
export * from "./unknown.ts";
export * from "./usd.ts";
