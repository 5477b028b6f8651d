export { type AdoptionOf, type AdoptionPoint, adoptionChart } from "./adoption.ts";
export { type CachePoint, cachedAgainstExpected } from "./cache.ts";
export { baseOptions, type Chart, type Frame, type Series, seriesOf } from "./chart.ts";
export { type DepthPoint, depthMap, heatSteps } from "./depth-map.ts";
export * from "./experiment.ts";
export { type FrontierPoint, kvFrontier, type ShareWords, timeFrontier } from "./frontier.ts";
export {
  type LayoutEdge,
  type LayoutNode,
  type LineageLayout,
  lineageLayout,
  type Point,
  type Route,
} from "./lineage-layout.ts";
export { type QualityPoint, qualityByContext, type TrainedContext } from "./quality.ts";
export { decodeByContext, type SpeedPoint, ttftByContext } from "./speed.ts";
export { readByTurn, type TurnPoint } from "./turns.ts";
