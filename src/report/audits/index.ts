export * from "./catalog-document.ts";
export * from "./comparison-document.ts";
export { disagreementText, judgementText, lookText } from "./judgements.ts";
