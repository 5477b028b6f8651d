/**
 * What serving a model asks of hardware: how many devices, how large a batch, how long a token takes. Always two bounds:
 * `low` takes everything at its best, `high` what careless serving costs. Neither is a forecast.
 *
 * @see roofline: Williams et al. 2009, doi:10.1145/1498765.1498785; inference at scale: Pope et al. 2022, arXiv:2211.05102
 */
import { UserError } from "../errors.ts";
import { anatomyOfBlock } from "./blocks/index.ts";
import { type CacheFormat, entryBytes } from "./cache-format.ts";
import { decodeFlops, prefillFlops } from "./flops.ts";
import { weightReadBytes } from "./intensity.ts";
import { cacheBytes, cacheReadBytes } from "./kv-cache.ts";
import type { ModelShape, PlacedBlock } from "./model.ts";
import { answeringScopes, type Component, componentsOf } from "./parameters.ts";
import { peakEntries } from "./span.ts";
import { storedBytes } from "./storage.ts";

/** An accelerator in plain numbers; null is unknown. */
export interface Device {
  readonly memoryBytes: number | null;
  readonly bandwidthBytesPerSecond: number | null;
  /** Dense peaks by precision: "bf16", "fp8", "fp4". */
  readonly flopsPerSecond: Readonly<Record<string, number>>;
  /** Of one device, in one direction. */
  readonly interconnectBytesPerSecond: number | null;
  /** Devices joined by that interconnect. */
  readonly domainDevices: number | null;
}

/** A side is null where a number that it needs is unknown, or nothing fits. */
export interface Bounds {
  readonly low: number | null;
  readonly high: number | null;
}

export interface Serving {
  readonly model: ModelShape;
  readonly device: Device;
  readonly format: CacheFormat;
  readonly contextTokens: number;
}

const usableShare = 0.9;
const bandwidthShare = 0.5;
const computeShare = 0.35;
const mostDevices = 65_536;

export const fitAssumptions = {
  low: [
    "all memory usable, weights and cache divided perfectly",
    "bandwidth and the highest peak reached in full and at once",
    "a step reads the experts of one sequence; nothing is exchanged",
  ],
  high: [
    "90 % of memory; 50 % of bandwidth; 35 % of the BF16 peak; nothing overlaps",
    "devices a power of two, all in tensor parallel within one domain of links",
    "cache that KV heads do not divide (MLA latents, states) on every device",
    "weights a device cannot multiply widened to FP8 or BF16; drafts and vision loaded",
    "experts differ from sequence to sequence; two all-reduces a layer",
  ],
} as const;

/** Devices that hold the weights and the cache of `batch` sequences. */
export function devicesNeeded(serving: Serving, batch = 1): Bounds {
  requireCount("batch", batch);
  const { memoryBytes } = serving.device;
  const { answering, loaded } = weightsOf(serving);
  if (memoryBytes === null || answering === null || loaded === null) return { low: null, high: null };
  const cache = batch * cacheBytes(serving.model, serving.format, serving.contextTokens);
  const low = Math.max(1, Math.ceil((answering + cache) / memoryBytes));
  for (let devices = 1; devices <= mostDevices; devices *= 2)
    if (loaded / devices + batch * cacheBytesOnEach(serving, devices) <= usableShare * memoryBytes)
      return { low, high: devices };
  return { low, high: null };
}

/** Most sequences that fit beside the weights: `low` is what careless serving holds. */
export function largestBatch(serving: Serving, devices: number): Bounds {
  requireCount("devices", devices);
  const { memoryBytes } = serving.device;
  const { answering, loaded } = weightsOf(serving);
  const whole = cacheBytes(serving.model, serving.format, serving.contextTokens);
  if (memoryBytes === null || answering === null || loaded === null || whole === 0) return { low: null, high: null };
  const each = cacheBytesOnEach(serving, devices);
  return {
    low: Math.max(0, Math.floor((usableShare * memoryBytes - loaded / devices) / each)),
    high: Math.max(0, Math.floor((devices * memoryBytes - answering) / whole)),
  };
}

/** Seconds of one step, in which each of `batch` sequences gets a token. */
export function decodeSeconds(serving: Serving, devices: number, batch = 1): Bounds {
  requireCount("devices", devices);
  requireCount("batch", batch);
  const { model, format, contextTokens } = serving;
  const cache = batch * cacheReadBytes(model, format, contextTokens);
  const replicated = (devices * cacheBytesOnEach(serving, devices)) / (cacheBytes(model, format, contextTokens) || 1);
  return seconds(serving, devices, {
    flops: batch * decodeFlops(model, contextTokens).total,
    lowBytes: plus(weightReadBytes(model, 1), cache),
    highBytes: plus(touchedBytes(serving, batch), cache * Math.max(1, replicated)),
    tokens: batch,
  });
}

/** Seconds until one prompt of `contextTokens` is read, of which `cachedTokens` are in the cache already. */
export function prefillSeconds(serving: Serving, devices: number, cachedTokens = 0): Bounds {
  requireCount("devices", devices);
  const { model, format, contextTokens } = serving;
  const flops = prefillFlops(model, contextTokens, cachedTokens).total;
  const tokens = contextTokens - cachedTokens;
  if (tokens === 0) return { low: 0, high: 0 };
  return seconds(serving, devices, {
    flops,
    lowBytes: weightReadBytes(model, 1),
    highBytes: plus(weightsOf(serving).loaded, devices * cacheBytes(model, format, contextTokens)),
    tokens,
  });
}

/** USD of a million tokens where `devices` give `tokens` in so many seconds. */
export function usdPerMillionTokens(time: Bounds, tokens: number, devices: number, usdPerDeviceHour: number): Bounds {
  const cost = (one: number | null) =>
    one === null || tokens === 0 ? null : (one / 3600) * devices * usdPerDeviceHour * (1e6 / tokens);
  return { low: cost(time.low), high: cost(time.high) };
}

interface Step {
  readonly flops: number;
  readonly lowBytes: number | null;
  readonly highBytes: number | null;
  /** Tokens whose hidden states the devices exchange. */
  readonly tokens: number;
}

/** Low: max(bytes / bandwidth, FLOPs / peak). High: their sum at a share of both, and the exchanges. */
function seconds({ model, device }: Serving, devices: number, { flops, lowBytes, highBytes, tokens }: Step): Bounds {
  const { bandwidthBytesPerSecond: bandwidth, flopsPerSecond, interconnectBytesPerSecond: link } = device;
  const peaks = Object.values(flopsPerSecond);
  if (bandwidth === null || peaks.length === 0) return { low: null, high: null };
  const highest = Math.max(...peaks);
  const careful = flopsPerSecond.bf16 ?? Math.min(...peaks);
  const low = lowBytes === null ? null : Math.max(lowBytes / bandwidth, flops / highest) / devices;
  const outside = device.domainDevices !== null && devices > device.domainDevices;
  if (highBytes === null || (devices > 1 && (link === null || outside))) return { low, high: null };
  const exchanged = 2 * model.layers * tokens * model.hiddenSize * 2 * ((2 * (devices - 1)) / devices);
  return {
    low,
    high:
      highBytes / (bandwidth * bandwidthShare * devices) +
      flops / (careful * computeShare * devices) +
      (devices > 1 ? exchanged / link! : 0),
  };
}

/** Bytes of weights: those an answer passes through, as released; and all of the file, widened. */
function weightsOf({ model, device }: Serving): { answering: number | null; loaded: number | null } {
  let answering: number | null = 0;
  let loaded: number | null = 0;
  for (const component of componentsOf(model)) {
    if (component.scope === "second copies") continue;
    if (answeringScopes.has(component.scope)) answering = plus(answering, storedBytes(model, component));
    loaded = plus(loaded, widenedBytes(model, device, component));
  }
  return { answering, loaded };
}

/** Widened weights that a step of `batch` sequences reads at most: each picks experts that no other picks. */
function touchedBytes({ model, device }: Serving, batch: number): number | null {
  return componentsOf(model)
    .filter(({ scope }) => answeringScopes.has(scope))
    .reduce<number | null>((total, component) => {
      const { parameters, activeParameters } = component;
      const share = parameters === 0 ? 0 : Math.min(1, (batch * activeParameters) / parameters);
      const bytes = widenedBytes(model, device, component);
      return plus(total, bytes === null ? null : bytes * share);
    }, 0);
}

function widenedBytes(model: ModelShape, { flopsPerSecond }: Device, component: Component): number | null {
  const stored = storedBytes(model, component);
  if (stored === null || component.parameters === 0) return stored;
  const bits = (8 * stored) / component.parameters;
  if (bits >= 16 || (bits < 8 && "fp4" in flopsPerSecond)) return stored;
  const next = "fp8" in flopsPerSecond ? 8 : 16;
  return Math.max(stored, (component.parameters * next) / 8);
}

/** Bytes of one sequence's cache on each of `devices` in tensor parallel: only whole KV heads are divided. */
function cacheBytesOnEach({ model, format, contextTokens }: Serving, devices: number): number {
  return model.blocks
    .filter(({ scope, layer }) => scope === "backbone" && layer !== null)
    .reduce((total, placed) => {
      const bytes = anatomyOfBlock(placed.block).cache.reduce(
        (sum, store) => sum + peakEntries(store.span, contextTokens) * entryBytes(format, store),
        0,
      );
      return total + bytes * shareOnEach(placed, devices);
    }, 0);
}

const shareOnEach = ({ block }: PlacedBlock, devices: number): number =>
  block.kind === "attention" ? Math.ceil(block.kvHeads / devices) / block.kvHeads : 1;

const plus = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b);

function requireCount(name: string, count: number): void {
  if (Number.isSafeInteger(count) && count >= 1) return;
  throw new UserError({
    happened: `${name} is ${count}`,
    expected: `a whole number of ${name === "batch" ? "sequences" : "devices"}, 1 or more`,
    mend: `give another ${name}`,
  });
}
