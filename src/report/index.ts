export { findings } from "./findings.ts";
export { type HtmlReportOptions, htmlReport } from "./html.ts";
export * from "./summary.ts";
export type { ByCache, CacheMeasure, Measures, Spread, Total } from "./tally.ts";
