export { openStore, type RunSummary, type Store } from "./store.ts";
