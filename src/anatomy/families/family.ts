/** A family: the configs it reads, by their `model_type`, and the shape it makes of one. */
import type { ModelShape } from "../model.ts";
import type { RawConfig } from "./config.ts";

export interface Family {
  readonly modelTypes: readonly string[];
  /**
   * @param config  the language model's
   * @param outer   the whole; the same where the config describes a language model alone
   * @throws UserError where the config lacks a field or has an attention class without a formula
   */
  readonly read: (config: RawConfig, outer: RawConfig) => Omit<ModelShape, "storage">;
}
