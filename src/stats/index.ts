export * from "./distributions.ts";
export * from "./interval.ts";
export * from "./mean.ts";
export * from "./power.ts";
export * from "./proportion.ts";
export * from "./quantile.ts";
export * from "./random.ts";
