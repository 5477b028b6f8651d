export * from "./cache-rules/index.ts";
export { costCeiling, costOf, dearestInputUsdPerMtok, type Price } from "./price.ts";
export { type CandidateKind, type Route, routeId, type VendorRouteOptions, vendorRoute } from "./route.ts";
export { type Vendor, vendors } from "./vendors.ts";
