/** Every specimen there is: the calibration designs, built at first use, and the trained ones that come with the package. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { formatCount } from "../units/index.ts";
import { SpecimenCard } from "./card.ts";
import { contextTokens, type Design, designs } from "./designs.ts";

export interface SpecimenInfo {
  readonly name: string;
  readonly kind: "calibration specimen" | SpecimenCard["kind"];
  /** llama.cpp's name of the architecture; null where the card does not tell. */
  readonly architecture: string | null;
  /** The attention design as the screens print it, e.g. `MLA`. */
  readonly attention: string;
  readonly summary: string;
  /** What a reader has to know before believing a number. */
  readonly notice: string;
  /** Context that the weights were trained for, tokens; null where they were not trained. */
  readonly trainedContextTokens: number | null;
  /** The longest context that it may be run with, tokens. */
  readonly contextTokens: number;
}

/** Where the package keeps the reading specimens. */
export const readersFolder = join(packageRoot(), "specimens");

export const specimens: readonly SpecimenInfo[] = [
  ...designs.map(calibrationSpecimen),
  ...readingSpecimens(readersFolder),
];

function calibrationSpecimen({ name, architecture, attention, summary }: Design): SpecimenInfo {
  return {
    name,
    kind: "calibration specimen",
    architecture,
    attention,
    summary,
    notice: "Untrained, random weights: its cache and its timings are real, its answers are noise.",
    trainedContextTokens: null,
    contextTokens,
  };
}

/**
 * The reading specimens of a folder, by name: each `reader-*.gguf` that has its card. Weights without a card are left
 * out, nobody could say what they are.
 *
 * @throws Error naming the card that does not follow the schema
 */
export function readingSpecimens(folder: string): SpecimenInfo[] {
  const names = (existsSync(folder) ? readdirSync(folder) : [])
    .map((file) => /^(reader-.+)\.gguf$/.exec(file)?.[1])
    .filter((name) => name !== undefined)
    .filter((name) => existsSync(join(folder, `${name}.json`)));
  return names.sort().map((name) => {
    const { kind, attention, architecture, summary, trainedContextTokens } = readCard(join(folder, `${name}.json`));
    return {
      name,
      kind,
      architecture: architecture ?? null,
      attention,
      summary,
      notice:
        `${summary}. Made by this project for the built-in register alone: it reads no other text, and contexts beyond ` +
        `${formatCount(trainedContextTokens)} tokens are beyond its training.`,
      trainedContextTokens,
      contextTokens: trainedContextTokens,
    };
  });
}

function readCard(path: string): SpecimenCard {
  try {
    return SpecimenCard.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    throw new Error(`${path} is not a specimen's card`, { cause: error });
  }
}

/** The nearest folder with a package.json: the sources and the build lie at different depths below it. */
function packageRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, "package.json")) && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}
