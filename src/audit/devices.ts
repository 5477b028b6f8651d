/** The ledger's accelerators as the plain numbers that bounds are computed from; where datasheets differ, the lowest. */
import {
  type Anatomy,
  type Bounds,
  cacheFormat,
  type Device,
  devicesNeeded,
  type ModelShape,
} from "../anatomy/index.ts";
import { current, figureOf, type Hardware, type Quantity } from "../ledger/index.ts";
import { readHardware } from "../ledger-files/index.ts";

export interface NamedDevice {
  readonly id: string;
  readonly name: string;
  readonly device: Device;
}

/** @throws UserError where a file of the ledger is wrong */
export const readDevices = (folder?: string): NamedDevice[] =>
  readHardware(folder).map((hardware) => ({ id: hardware.id, name: hardware.name, device: deviceOf(hardware) }));

function deviceOf(hardware: Hardware): Device {
  const lowest = (quantity: Quantity) => figureOf(hardware, quantity)?.low ?? null;
  const flopsPerSecond: Record<string, number> = {};
  for (const { quantity, scope, value } of current(hardware.claims))
    if (quantity === "denseFlopsPerSecond" && typeof value === "number" && scope.precision !== undefined)
      flopsPerSecond[scope.precision] = Math.min(value, flopsPerSecond[scope.precision] ?? value);
  return {
    memoryBytes: lowest("memoryBytes"),
    bandwidthBytesPerSecond: lowest("memoryBytesPerSecond"),
    flopsPerSecond,
    interconnectBytesPerSecond: lowest("linkBytesPerSecond"),
    domainDevices: lowest("scaleUpDevices"),
  };
}

/** Hardware that holds a model at an estimate's context and batch, by the fewest devices on the careful side. */
export function smallestHardware(
  model: ModelShape,
  { contextTokens, batch, cache }: Pick<Anatomy, "contextTokens" | "batch" | "cache">,
  folder?: string,
): { readonly id: string; readonly name: string; readonly devices: Bounds }[] {
  const format = cacheFormat(cache.format);
  return readDevices(folder)
    .map(({ id, name, device }) => ({
      id,
      name,
      devices: devicesNeeded({ model, device, format, contextTokens }, batch),
    }))
    .filter(({ devices }) => devices.low !== null)
    .toSorted((a, b) => (a.devices.high ?? Infinity) - (b.devices.high ?? Infinity) || a.devices.low! - b.devices.low!);
}
