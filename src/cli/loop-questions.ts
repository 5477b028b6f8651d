/** What is asked of a cache: the requests of a trace once more, and probes that break a conversation. */
import { randomInt } from "node:crypto";
import { basename } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { UserError } from "../errors.ts";
import { agentLoops, type Scenario } from "../evals/index.ts";
import type { Question } from "./question.ts";
import { flagName, readText, type Settings } from "./settings.ts";

/** @throws UserError for a trace that cannot be read, and for settings that would find their own words in a cache */
export function replayQuestion(given: Settings): Question {
  const settings = withOwnWords(given);
  const trace = traceOf(settings);
  const told = isOnEngine(settings) ? withoutTools(trace) : trace;
  if (told.sessions.length === 0) throw nothingIn(trace.name);
  const scenario = (aborting?: AbortSignal) =>
    agentLoops.replayLoop(
      told,
      {
        seed: String(settings.seed),
        maxOutputTokens: settings.maxTokens ?? agentLoops.replayDefaults.maxOutputTokens,
        longestPauseMs: (settings.longestPause ?? 0) * 1_000,
        longestInputTokens: onlyContext(settings) ?? null,
        mostRequests: settings.mostRequests ?? null,
      },
      sleepUntil(aborting),
    );
  const once = scenario();
  if (once.sampleCount(once.cells[0]!) === 0) throw allCutOff(told, settings);
  return cacheQuestion(scenario, {
    settings,
    longestPromptTokens: longestOf(once),
    notes: [...seedNotes(given), ...told.notes],
  });
}

/** @throws UserError where calls would run side by side, or find their own words in a cache */
export function cacheProbesQuestion(given: Settings): Question {
  const { concurrency = 1 } = given;
  if (concurrency !== 1)
    throw new UserError({
      happened: `--concurrency is ${concurrency}, and the scenario is cache-probes`,
      expected: "one call at a time: others would be other sessions in between",
      mend: "leave --concurrency out",
    });
  const settings = { ...withOwnWords(given), concurrency };
  const defaults = agentLoops.cacheProbesDefaults;
  const contextTokens = onlyContext(settings) ?? defaults.contextTokens;
  const scenario = (aborting?: AbortSignal) =>
    agentLoops.cacheProbes(
      {
        seed: String(settings.seed),
        contextTokens,
        toolsPlace: isOnEngine(settings) ? "system prompt" : "request",
        otherSessions: settings.otherSessions ?? defaults.otherSessions,
        sessions: settings.sessions ?? defaults.sessions,
        idleSeconds: settings.idle ?? defaults.idleSeconds,
        maxOutputTokens: settings.maxTokens ?? defaults.maxOutputTokens,
      },
      sleepUntil(aborting),
    );
  // Three questions of an eighth each stand behind the conversation, and the marks of four tools.
  return cacheQuestion(scenario, {
    settings,
    longestPromptTokens: Math.ceil(1.5 * contextTokens) + 256,
    notes: seedNotes(given),
  });
}

function cacheQuestion(
  scenario: (aborting?: AbortSignal) => Scenario,
  { settings, longestPromptTokens, notes }: Pick<Question, "settings" | "notes"> & { longestPromptTokens: number },
): Question {
  const answerTokens = settings.maxTokens ?? 1;
  return {
    settings,
    needs: { judge: null, embedders: [], rerankers: [], longestPromptTokens },
    answerTokens,
    sampling: { temperature: settings.temperature ?? 0, maxTokens: answerTokens },
    notes,
    open: async (aborting) => ({ scenario: scenario(aborting) }),
  };
}

type OwnWords = Settings & { readonly seed: number };

/** The seed names the words. It is kept with the run, so that the rest of it has the same ones. */
function withOwnWords(settings: Settings): OwnWords {
  const { scenario, repeats = 1 } = settings;
  if (repeats !== 1)
    throw new UserError({
      happened: `--repeats is ${repeats}, and the scenario is ${scenario}`,
      expected: "every prompt once: the second time its words would be found warm",
      mend: scenario === "replay" ? "leave --repeats out" : "leave --repeats out, and ask for more --sessions",
    });
  return { ...settings, repeats, seed: settings.seed ?? randomInt(2 ** 31) };
}

const seedNotes = ({ seed }: Settings) =>
  seed === undefined
    ? []
    : [`The words are those of seed ${seed}: what an earlier run with it left in a cache is found again`];

function traceOf({ trace, traceFormat: format, traceRows: rows }: Settings): agentLoops.Trace {
  if (trace !== undefined)
    return agentLoops.readTrace(readText(trace, "a trace: JSON Lines, or one JSON value"), {
      name: basename(trace),
      format,
      rows,
    });
  throw new UserError({
    happened: "there is no trace to replay",
    expected: "a file with requests as Mooncake, Weka or a gateway records them",
    mend: "name it with --trace",
  });
}

const nothingIn = (name: string) =>
  new UserError({
    happened: `${name} has no request`,
    expected: "at least one prompt that is not empty",
    mend: "name another trace",
  });

/** No session has a request before its first one that is too long. */
function allCutOff({ name, sessions }: agentLoops.Trace, settings: Settings): UserError {
  const shortest = Math.min(...sessions.map(({ requests }) => requests[0]!.inputTokens ?? 0));
  return new UserError({
    happened: `nothing of ${name} would be replayed: its sessions begin with prompts of ${shortest} tokens or more, and --context is ${onlyContext(settings)}`,
    expected: "a session whose first prompt is no longer than --context",
    mend: `ask for --context ${shortest} or more, or leave it out`,
  });
}

/** The embedded engine takes no tools. All candidates get the same prompts. */
function withoutTools(trace: agentLoops.Trace): agentLoops.Trace {
  const has = trace.sessions.some(
    ({ requests, turns }) =>
      requests.some(({ inputTokens }) => inputTokens === null) &&
      [...turns("")].some(({ tools }) => tools !== undefined),
  );
  if (!has) return trace;
  return {
    ...trace,
    sessions: trace.sessions.map((session) => ({
      ...session,
      turns: (seed) => [...session.turns(seed)].map(({ messages }) => ({ messages })),
    })),
    notes: [...trace.notes, "The embedded engine takes no tools: those of the trace are left out, for every candidate"],
  };
}

function isOnEngine({ model, gguf }: Settings): boolean {
  return gguf !== undefined || model === undefined || model.some((name) => name.startsWith("engine/"));
}

/** @throws UserError for more than one length */
function onlyContext({ context, scenario }: Settings): number | undefined {
  if (context === undefined || context.length === 1) return context?.[0];
  throw new UserError({
    happened: `${flagName("context")} has ${context.length} lengths, and the scenario is ${scenario}`,
    expected: "one length",
    mend: "make a run of each",
  });
}

const longestOf = ({ cells, contextTokens }: Scenario) => contextTokens(cells[0]!);

/** An interrupted pause is over; the request behind it then is not sent. */
const sleepUntil = (aborting?: AbortSignal) => (ms: number) =>
  wait(ms, undefined, { ...(aborting !== undefined && { signal: aborting }) }).catch(() => {});
