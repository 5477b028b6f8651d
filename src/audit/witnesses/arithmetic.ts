/** Numbers that a source prints, against the sum of other numbers that it prints. */
import { evaluate } from "../../ledger/index.ts";
import type { Witness } from "./witness.ts";

export const arithmeticWitness: Witness = ({ check }) => {
  if (check?.kind !== "arithmetic") return [];
  const inputs = check.inputs.map(({ value, is }) => `${value} ${is}`).join("; ");
  return [
    {
      by: "computed",
      value: evaluate(check.expression),
      from: `${check.expression}, of ${inputs}`,
      url: null,
      on: null,
    },
  ];
};
