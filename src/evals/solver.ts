/** A solver: what turns a sample into an answer, by one call or by several. */
import type { Answer, Call, CallRequest } from "../wire/index.ts";
import type { Sample } from "./scenario.ts";

export interface Solver {
  readonly name: string;
  /** Raised with any change that can move a score. */
  readonly version: number;
  /** The answer to be judged. */
  readonly solve: (sample: Sample, ask: Ask) => Promise<Answer>;
}

/** What a solver asks the candidate; model, stream and the run's settings are added. */
export type Turn = Pick<CallRequest, "messages" | "tools" | "toolChoice" | "responseFormat"> & {
  /** The solver's next request may begin with all of this one. */
  readonly goesOn?: true;
};

/**
 * One call to the candidate, retried where that may help, counted against the run's cap and kept with the trial. What it
 * throws ends the trial, and is not for a solver to catch.
 */
export type Ask = (turn: Turn) => Promise<Call>;

/** The question as the sample has it, and the answer as it comes. */
export const oneCall: Solver = {
  name: "one call",
  version: 1,
  solve: async (sample, ask) => (await ask(openingOf(sample))).answer,
};

/** The sample's own question. */
export const openingOf = ({ messages, tools, toolChoice, responseFormat }: Sample): Turn => ({
  messages,
  ...(tools !== undefined && { tools }),
  ...(toolChoice !== undefined && { toolChoice }),
  ...(responseFormat !== undefined && { responseFormat }),
});
