/**
 * Weka's traces of coding agents, which AgentX replays: a conversation on each line or in a file, its prompts as ids of
 * blocks of 64 tokens, subagents nested in it.
 *
 * @see https://github.com/callanjfox/kv-cache-tester, docs/trace_replay_tester.md, "Trace Format"
 */
import { z } from "zod";
import type { BlockRequest } from "./block-request.ts";
import { cumulativeTurns } from "./block-turns.ts";
import { jsonLines, sha256, unreadable } from "./json-lines.ts";
import { inTime, Notes } from "./notes.ts";
import type { Session, Trace } from "./trace.ts";

const Request = z.looseObject({
  t: z.number().describe("Seconds since the conversation, or the subagent, began"),
  in: z.int().min(0),
  out: z.int().min(0).default(0),
  hash_ids: z.array(z.int().min(0)).default([]),
  think_time: z.number().min(0).nullish().describe("Seconds that the client waited before"),
});
type Request = z.infer<typeof Request>;

const Subagent = z.looseObject({
  type: z.literal("subagent"),
  agent_id: z.string().nullish(),
  tool_tokens: z.int().min(0).nullish(),
  system_tokens: z.int().min(0).nullish(),
  get requests() {
    return z.array(z.union([Subagent, Request]));
  },
});
type Agent = Pick<z.infer<typeof Subagent>, "tool_tokens" | "system_tokens" | "requests">;

const Conversation = z.looseObject({
  id: z.string().min(1),
  block_size: z.int().min(1).default(64),
  hash_id_scope: z.enum(["local", "global"]).default("local"),
  tool_tokens: z.int().min(0).default(0),
  system_tokens: z.int().min(0).default(0),
  requests: z.array(z.union([Subagent, Request])),
});
type Conversation = z.infer<typeof Conversation>;

const expected =
  'conversations like {"id": "…", "block_size": 64, "requests": [{"t": 0, "in": 20064, "out": 797, "hash_ids": […]}]}';

/**
 * Subagents become sessions of their own behind their agent's, of the same document and with the same blocks; that they ran
 * beside it is lost. Tool definitions are part of the system message: of them, only their length is known.
 *
 * @throws UserError where a conversation cannot be read
 */
export function readWeka(text: string, { name }: { readonly name: string }): Trace {
  const notes = new Notes();
  const isOne = text.trim().split("\n").length > 1 && isWhole(text);
  const conversations = jsonLines(isOne ? JSON.stringify(JSON.parse(text)) : text, name, Conversation, expected);
  const ids = new Set<string>();
  for (const { row, where } of conversations)
    if (ids.size === ids.add(row.id).size) throw unreadable(where, `a second conversation "${row.id}"`, expected);
  return {
    name,
    sha256: sha256(text),
    sessions: conversations.flatMap(({ row, where }) =>
      threads({ id: row.id, agent: row, systemTokens: 0 }).flatMap(
        (thread) => sessionOf(thread, row, { where, name, notes }) ?? [],
      ),
    ),
    notes: notes.sentences(),
  };
}

/** One conversation, printed over several lines. */
function isWhole(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What one agent asked, its subagents left out. */
interface Thread {
  readonly id: string;
  readonly agent: Agent;
  /** Tools and system text that its prompts begin with. */
  readonly systemTokens: number;
}

/**
 * The agent's own thread, then its subagents' with theirs, in the order in which they stand. One that does not say how long
 * its tools and system text are opens as its agent does: the blocks that they share have to stand in the same message.
 */
function threads({ id, agent, systemTokens: inherited }: Thread): Thread[] {
  const systemTokens = (agent.tool_tokens ?? 0) + (agent.system_tokens ?? 0) || inherited;
  const below = agent.requests.filter(isSubagent);
  return [
    { id, agent, systemTokens },
    ...below.flatMap((one, index) => {
      const name = `${id}, subagent ${index + 1}${one.agent_id ? ` ${one.agent_id}` : ""}`;
      return threads({ id: name, agent: one, systemTokens });
    }),
  ];
}

const isSubagent = (entry: Agent["requests"][number]): entry is z.infer<typeof Subagent> => "requests" in entry;

function sessionOf(
  { id, agent, systemTokens }: Thread,
  { id: document, block_size: blockTokens, hash_id_scope: idScope }: Conversation,
  { where, name, notes }: { readonly where: string; readonly name: string; readonly notes: Notes },
): Session | null {
  const own = agent.requests.filter((entry): entry is Request => !isSubagent(entry));
  const asked = own.filter((request) => request.in > 0);
  notes.add("an empty prompt, left out", own.length - asked.length);
  notes.add("an answer of 0 tokens, without a message in what follows", asked.filter(({ out }) => out === 0).length);
  notes.add("no block ids, so a text of its own", asked.filter(({ hash_ids: ids }) => ids.length === 0).length);
  for (const { hash_ids: ids, in: tokens } of asked)
    if (ids.length > 0 && (ids.length - 1) * blockTokens >= tokens)
      throw unreadable(where, `${ids.length} blocks of ${blockTokens} for a prompt of ${tokens} tokens`, expected);
  const ordered = inTime(asked, ({ t }) => t, notes);
  if (ordered.length === 0) return null;
  const requests = ordered.map((request, index): BlockRequest => {
    const since = request.think_time ?? request.t - (ordered[index - 1]?.t ?? request.t);
    return {
      blockIds: request.hash_ids,
      inputTokens: request.in,
      outputTokens: request.out,
      own: `${id}, request ${index + 1}`,
      pauseMs: index === 0 ? 0 : since * 1_000,
    };
  });
  return {
    id,
    document,
    requests,
    turns: (seed) => {
      const scope = idScope === "local" ? `${seed} ${name} ${document}` : `${seed} ${name}`;
      return cumulativeTurns(requests, { blockTokens, scope, systemTokens });
    },
  };
}
