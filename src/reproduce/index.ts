export { type AttentionDesign, cachedValuesPerLayer } from "./attention.ts";
export { type DecoderConfig, decoder } from "./decoder.ts";
export { ggufOf } from "./export.ts";
export { Graph, type Tensor } from "./graph.ts";
export { promptOf, type Question, type Reading, testReading, trainingReading } from "./lookup.ts";
export { type Answered, judge, type RecallRow, recallReadings, recallRow } from "./recall.ts";
export { type Recipe, recipeOf, type SpecimenName, specimenNames } from "./recipes.ts";
export { beginning, type CurvePoint, isFinished, type Progress, train, weightsOf } from "./school.ts";
export { forwardPass, Trainer, type Values } from "./trainer.ts";
