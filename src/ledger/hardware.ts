/** An accelerator: its datasheet is claims like all others, because sheets differ. */
import { z } from "zod";
import type { Claim } from "./claim.ts";
import { current } from "./history.ts";
import { Id } from "./id.ts";
import type { Quantity } from "./quantity.ts";
import { type Subject, subjectFields, subjectOf } from "./subject.ts";

export const HardwareFile = z
  .strictObject({ ...subjectFields, vendor: Id })
  .describe("An accelerator: memory, bandwidth, peaks and links, each a dated claim");
export type HardwareFile = z.infer<typeof HardwareFile>;

export interface Hardware extends Subject {
  readonly vendor: string;
}

export const hardwareOf = (file: HardwareFile): Hardware => ({ ...subjectOf(file), vendor: file.vendor });

/** What the sources say, lowest and highest: equal where they agree. */
export interface Figure {
  readonly low: number;
  readonly high: number;
  readonly claims: readonly Claim[];
}

/** A figure of a datasheet. @returns null where nobody says */
export function figureOf(hardware: Hardware, quantity: Quantity, precision?: string): Figure | null {
  const claims = current(hardware.claims).filter(
    (claim) => claim.quantity === quantity && claim.scope.precision === precision && typeof claim.value === "number",
  );
  if (claims.length === 0) return null;
  const values = claims.map(({ value }) => value as number);
  return { low: Math.min(...values), high: Math.max(...values), claims };
}
