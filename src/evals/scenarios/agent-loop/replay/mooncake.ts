/**
 * Mooncake's traces: a request on each line, its prompt as ids of blocks of 512 tokens. The published ones are requests on
 * their own; with `session_id`, rows are turns of a session.
 *
 * @see https://github.com/kvcache-ai/Mooncake, "Open Source Trace", and FAST25-release/traces
 */
import { z } from "zod";
import { UserError } from "../../../../errors.ts";
import type { BlockRequest } from "./block-request.ts";
import { cumulativeTurns, deltaTurns } from "./block-turns.ts";
import { jsonLines, type Line, sha256, unreadable } from "./json-lines.ts";
import { inTime, Notes } from "./notes.ts";
import type { Session, Trace } from "./trace.ts";

const Row = z.looseObject({
  timestamp: z.number().nullish().describe("Arrival, ms"),
  delay: z.number().min(0).nullish().describe("Since the end of the turn before, ms"),
  session_id: z.union([z.string(), z.number()]).nullish(),
  input_length: z.int().min(0),
  output_length: z.int().min(0).default(0),
  hash_ids: z.array(z.int().min(0)).default([]),
});
type Row = z.infer<typeof Row>;

const expected =
  'rows like {"timestamp": 0, "input_length": 6758, "output_length": 500, "hash_ids": [0, 1, …]}, ids from 0 to 2^53 − 1';

export interface MooncakeOptions {
  /** For messages and records. */
  readonly name: string;
  /**
   * What the rows of one session hold: their whole prompt, as servers log it, or only what is new, as AIPerf reads it.
   * Nothing in a file tells, and the wrong reading doubles every history.
   */
  readonly rows?: "cumulative" | "delta";
  readonly blockTokens?: number;
}

/** @throws UserError where a row cannot be read, and where sessions have several rows and nobody said what they hold */
export function readMooncake(text: string, { name, rows, blockTokens = 512 }: MooncakeOptions): Trace {
  const notes = new Notes();
  const lines = jsonLines(text, name, Row, expected);
  for (const { row, where } of lines) refuseBlocks(row, where, blockTokens);
  const sessions = Map.groupBy(
    inTime(lines, ({ row }) => row.timestamp ?? null, notes),
    ({ row, where }) => (row.session_id == null ? where : String(row.session_id)),
  );
  if (rows === undefined && [...sessions.values()].some((of) => of.length > 1)) throw undecided(name);
  return {
    name,
    sha256: sha256(text),
    sessions: [...sessions]
      .map(([id, of]) => sessionOf(id, of, rows === "delta", { blockTokens, name }, notes))
      .filter(({ requests }) => requests.length > 0),
    notes: notes.sentences(),
  };
}

function sessionOf(
  id: string,
  lines: readonly Line<Row>[],
  isDelta: boolean,
  { blockTokens, name }: { readonly blockTokens: number; readonly name: string },
  notes: Notes,
): Session {
  const asked = lines.map(({ row }) => row).filter((row) => row.input_length > 0);
  notes.add(
    isDelta ? "nothing new to ask, left out with its answer" : "an empty prompt, left out",
    lines.length - asked.length,
  );
  notes.add(
    "an answer of 0 tokens, without a message in what follows",
    asked.filter((row) => row.output_length === 0).length,
  );
  const requests = asked.map((row, index): BlockRequest => {
    const before = asked[index - 1];
    const since = (row.timestamp ?? 0) - (before?.timestamp ?? 0);
    return {
      blockIds: row.hash_ids,
      inputTokens: row.input_length,
      outputTokens: row.output_length,
      own: `${id}, request ${index + 1}`,
      pauseMs: before === undefined ? 0 : (row.delay ?? Math.max(0, since)),
    };
  });
  const scope = (seed: string) => `${seed} ${name}`;
  return {
    id,
    document: id,
    requests: isDelta ? withHistory(requests) : requests,
    turns: (seed) =>
      isDelta
        ? deltaTurns(id, requests, { blockTokens, scope: scope(seed) })
        : cumulativeTurns(requests, { blockTokens, scope: scope(seed), systemTokens: 0 }),
  };
}

/** The prompts' whole lengths. */
function withHistory(requests: readonly BlockRequest[]): BlockRequest[] {
  let history = 0;
  return requests.map((request) => {
    const inputTokens = history + request.inputTokens;
    history = inputTokens + request.outputTokens;
    return { ...request, inputTokens };
  });
}

/** A last block may be cut by the prompt's end; more blocks than the prompt has room for are another block size. */
function refuseBlocks({ hash_ids: ids, input_length: tokens }: Row, where: string, blockTokens: number): void {
  if (ids.length === 0 || (ids.length - 1) * blockTokens < tokens) return;
  throw unreadable(
    where,
    `${ids.length} blocks for a prompt of ${tokens} tokens`,
    `at most ${Math.ceil(tokens / blockTokens)} blocks of ${blockTokens} tokens, or another block size`,
  );
}

const undecided = (name: string) =>
  new UserError({
    happened: `${name} has sessions of several rows, and their prompts may be whole or only what is new`,
    expected: "to be told: `cumulative` where every row holds its whole prompt, `delta` where it holds what is new",
    mend: "say which, on the command line with --trace-rows; servers log whole prompts, AIPerf's multi-turn traces hold what is new",
  });
