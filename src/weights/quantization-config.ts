/**
 * What a config.json says about packed weights: how many bits a value has, and how many values share a scale, module by
 * module.
 */
import { z } from "zod";
import { UserError } from "../errors.ts";
import { type ModulePattern, modulePattern } from "./module-pattern.ts";

export interface Packing {
  /** Bits of one value. */
  readonly bits: number;
  /** Values that share one scale; null where the config does not say, or one serves a whole row. */
  readonly groupSize: number | null;
}

export interface QuantizationConfig {
  /** `gptq`, `compressed-tensors`, `fp8`, …; `mlx` where the config is mlx-lm's; null where none is named. */
  readonly method: string | null;
  /** How a module's weights are packed; null where the config does not say. */
  readonly packingOf: (module: string) => Packing | null;
  /** Routed experts are FP4 whatever the rest is. */
  readonly fp4Experts: boolean;
}

const nullable = <T extends z.ZodType>(type: T) => type.nullish().transform((value) => value ?? null);
const bits = nullable(z.int().min(1).max(16));
const groupSize = nullable(z.int().max(65_536)).transform((size) => (size !== null && size > 0 ? size : null));
const Group = z.object({
  targets: nullable(z.array(z.string()).max(100_000)),
  weights: nullable(z.object({ num_bits: bits, group_size: groupSize })),
});
const Declared = z.looseObject({
  quant_method: nullable(z.string()),
  bits,
  w_bit: bits,
  group_size: groupSize,
  config_groups: nullable(z.record(z.string(), Group)),
  expert_dtype: nullable(z.string()),
  store_dtype: nullable(z.string()),
});
type Declared = z.output<typeof Declared>;
const Override = z.object({ bits, group_size: groupSize });

type Config = Readonly<Record<string, unknown>>;

/** @throws UserError where the section is there and is not what any tool writes */
export function quantizationOf(config: Config | null): QuantizationConfig {
  const section = config === null ? undefined : sectionOf(config);
  const declared = Declared.safeParse(section ?? {});
  if (!declared.success)
    throw new UserError({
      happened: `the quantization_config cannot be read: ${z.prettifyError(declared.error).slice(0, 300)}`,
      expected: "a section as transformers, compressed-tensors, GPTQ, AWQ or mlx-lm write it",
      mend: "compare config.json with the publisher's",
    });
  const { quant_method: method, expert_dtype: expertType, store_dtype: storeType } = declared.data;
  const experts = expertType ?? textOf(config).expert_dtype ?? config?.expert_dtype ?? storeType;
  return {
    method: method?.toLowerCase() ?? (config?.quantization === undefined ? null : "mlx"),
    packingOf: packingRule(declared.data),
    fp4Experts: typeof experts === "string" && /fp4/i.test(experts),
  };
}

const textOf = (config: Config | null): Config => {
  const text = config?.text_config;
  return typeof text === "object" && text !== null ? (text as Config) : {};
};

const sectionOf = (config: Config): unknown =>
  [config, textOf(config)]
    .flatMap((level) => [level.quantization, level.quantization_config, level.compression_config])
    .find((section) => section !== undefined && section !== null);

function packingRule(declared: Declared): QuantizationConfig["packingOf"] {
  const groups = groupsOf(declared);
  const bitsForAll = declared.bits ?? declared.w_bit;
  const forAll = bitsForAll === null ? null : { bits: bitsForAll, groupSize: declared.group_size };
  return (module) => {
    const override = Override.safeParse(Object.hasOwn(declared, module) ? declared[module] : null);
    if (override.success && override.data.bits !== null)
      return { bits: override.data.bits, groupSize: override.data.group_size ?? declared.group_size };
    return groups.length === 0 ? forAll : groupPacking(groups, module);
  };
}

interface ModuleGroup {
  readonly names: ReadonlySet<string>;
  /** null stands for a pattern that is not understood. */
  readonly patterns: readonly (ModulePattern | null)[];
  readonly namesClasses: boolean;
  readonly packing: Packing;
}

/** A few for each character of each name: enough for the largest checkpoints and ten patterns, in about a second. */
const mostPatternSteps = 50_000_000;

function groupsOf({ config_groups: declared }: Declared): ModuleGroup[] {
  let steps = 0;
  const spend = (more: number) => {
    steps += more;
    if (steps > mostPatternSteps)
      throw new UserError({
        happened: "the quantization_config has patterns that take too long to match",
        expected: "a few short patterns, as compressed-tensors writes them",
        mend: "do not trust this config",
      });
  };
  return Object.values(declared ?? {}).flatMap(({ targets, weights }) => {
    if (weights === null || weights.num_bits === null) return [];
    const named = (targets ?? []).filter((target) => !target.startsWith("re:"));
    const patterns = (targets ?? []).filter((target) => target.startsWith("re:"));
    return [
      {
        names: new Set(named),
        patterns: patterns.map((target) => modulePattern(target.slice("re:".length), spend)),
        namesClasses: named.some((target) => !target.includes(".")),
        packing: { bits: weights.num_bits, groupSize: weights.group_size },
      },
    ];
  });
}

/**
 * compressed-tensors names modules by name, by `re:` pattern, or by class, in this order of weight. Names of tensors do not
 * tell a class: a group of classes serves what no other group names, if it is the only one.
 */
function groupPacking(groups: readonly ModuleGroup[], module: string): Packing | null {
  const [first, ...others] = groups;
  if (first !== undefined && others.length === 0) return first.packing;
  const named = groups.find(({ names }) => names.has(module));
  if (named !== undefined) return named.packing;
  const matching = groups.find(({ patterns }) => patterns.some((pattern) => pattern?.(module)));
  if (matching !== undefined) return matching.packing;
  const byClass = groups.filter(({ namesClasses }) => namesClasses);
  const unclear = groups.some(({ patterns }) => patterns.includes(null)) || byClass.length !== 1;
  return unclear ? null : byClass[0]!.packing;
}
