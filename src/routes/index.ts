export * from "./cache-rules/index.ts";
export { costCeiling, costOf, dearestInputUsdPerMtok, type Price } from "./price.ts";
export { type CandidateKind, type Route, routeId, sentKeyEnv, type VendorRouteOptions, vendorRoute } from "./route.ts";
export { type ServerHabits, serverHabits } from "./server-habits.ts";
export { type Vendor, vendors } from "./vendors.ts";
