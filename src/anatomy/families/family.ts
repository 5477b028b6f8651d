/** A family: the configs it reads, by their `model_type`, and the shape it makes of one. */
import type { ModelShape } from "../model.ts";
import type { RawConfig } from "./config.ts";

export interface Family {
  readonly modelTypes: readonly string[];
  /** @throws UserError where the config lacks a field or has an attention class without a formula */
  readonly read: (config: RawConfig) => Omit<ModelShape, "storage">;
}
