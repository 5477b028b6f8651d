/** What is written down before an experiment is run, and what of it can never be changed once trials exist. */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { installedText } from "../data/text.ts";
import type { Form, Protocol, ProtocolForm } from "./protocol.ts";

/** What the trials of a folder were made by. */
export interface Preregistration {
  readonly protocol: Omit<Protocol, "full" | "quick"> & Pick<ProtocolForm, "scope" | "method">;
  /** Whether it is the protocol's shorter form. */
  readonly isQuick: boolean;
  readonly form: Form;
  /** The text of language tasks, and its hash: another version of the package is another text. */
  readonly text: { readonly name: string; readonly sha256: string };
}

export function preregistrationOf({ full, quick, ...protocol }: Protocol, isQuick: boolean): Preregistration {
  const { name, sha256 } = installedText();
  const { scope, method, ...form } = isQuick ? quick : full;
  return { protocol: { ...protocol, scope, method }, isQuick, form, text: { name, sha256 } };
}

/** What trials rest on, and the words by which they are read. What is left out may be mended: figures, power, cost, caveats. */
const Fixed = z.object({
  protocol: z.object({
    name: z.string(),
    title: z.string(),
    claims: z.array(z.string()),
    ideas: z.array(z.string()),
    question: z.string(),
    scope: z.string(),
    method: z.string(),
    ifNegative: z.string(),
  }),
  form: z.object({
    arms: z.array(z.unknown()),
    seeds: z.array(z.number()),
    tuningSeed: z.number(),
    outcomes: z.array(z.unknown()),
  }),
  text: z.object({ sha256: z.string() }),
});

/**
 * The names of what is fixed and differs.
 *
 * @param written  what protocol.json holds
 * @throws ZodError where that lacks something
 */
export function fixedChanges(written: unknown, now: Preregistration): string[] {
  const [before, after] = [written, JSON.parse(JSON.stringify(now))].map((each) => {
    const { protocol, form, text } = Fixed.parse(each);
    return new Map<string, unknown>(Object.entries({ ...protocol, ...form, text: text.sha256 }));
  }) as [Map<string, unknown>, Map<string, unknown>];
  return [...after.keys()].filter((part) => !isDeepStrictEqual(before.get(part), after.get(part)));
}
