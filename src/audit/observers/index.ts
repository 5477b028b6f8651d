/** All observers: add one here and `assay check --live` asks it. */
import { huggingFaceCard, huggingFaceConfig, huggingFaceModel } from "./hugging-face.ts";
import type { Observer } from "./observer.ts";
import { openRouter } from "./openrouter.ts";
import { vendorModels } from "./vendor-models.ts";

export const observers: readonly Observer[] = [
  huggingFaceConfig,
  huggingFaceModel,
  huggingFaceCard,
  openRouter,
  vendorModels,
];
