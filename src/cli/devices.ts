/** The ledger's accelerators as plain numbers; where datasheets differ, the lowest figure. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Bounds, Device } from "../anatomy/index.ts";
import { current, figureOf, type Hardware, HardwareFile, hardwareOf, type Quantity } from "../ledger/index.ts";
import { ownFolder } from "../ledger-files/index.ts";
import { formatCount } from "../units/index.ts";

export interface NamedDevice {
  readonly id: string;
  readonly name: string;
  readonly device: Device;
}

export function readDevices(folder = ownFolder): NamedDevice[] {
  const path = join(folder, "hardware");
  return readdirSync(path)
    .filter((file) => file.endsWith(".json"))
    .map((file) => hardwareOf(HardwareFile.parse(JSON.parse(readFileSync(join(path, file), "utf8")))))
    .map((hardware) => ({ id: hardware.id, name: hardware.name, device: deviceOf(hardware) }));
}

function deviceOf(hardware: Hardware): Device {
  const lowest = (quantity: Quantity) => lowestOf(hardware, quantity);
  const peaks = current(hardware.claims).filter(({ quantity }) => quantity === "denseFlopsPerSecond");
  const flopsPerSecond: Record<string, number> = {};
  for (const { scope, value } of peaks)
    if (typeof value === "number" && scope.precision !== undefined)
      flopsPerSecond[scope.precision] = Math.min(value, flopsPerSecond[scope.precision] ?? value);
  return {
    memoryBytes: lowest("memoryBytes"),
    bandwidthBytesPerSecond: lowest("memoryBytesPerSecond"),
    flopsPerSecond,
    interconnectBytesPerSecond: lowest("linkBytesPerSecond"),
    domainDevices: lowest("scaleUpDevices"),
  };
}

const lowestOf = (hardware: Hardware, quantity: Quantity) => figureOf(hardware, quantity)?.low ?? null;

export const formatDevices = ({ low, high }: Bounds): string =>
  low === high ? formatCount(low) : `${formatCount(low)} – ${formatCount(high)}`;
