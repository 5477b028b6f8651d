/** What breaks a cache: for each, a session that leaves the cache alone and one that differs by that alone. */
import type { Message } from "../../../../wire/index.ts";
import { syntheticWords } from "../replay/synthetic-text.ts";
import type { Step } from "../steps.ts";
import { asked, type ProbeConversation, probeConversation, type ToolsPlace } from "./conversation.ts";

export type Arm = "control" | "treatment";

export interface Breaker {
  readonly name: string;
  /** What the treatment does before its last request, in a sentence. */
  readonly does: string;
  /** @param session names the words; every run of a session needs another */
  readonly steps: (arm: Arm, session: string, plan: ProbePlan) => Step[];
}

export interface ProbePlan {
  /** Of the conversation when the first question is put, in words. */
  readonly contextTokens: number;
  readonly toolsPlace: ToolsPlace;
  /** Sessions that speak in between. */
  readonly otherSessions: number;
}

/** A breaker that sends the last of two requests otherwise: what the conversation is then. */
function changing(
  name: string,
  does: string,
  change: (conversation: ProbeConversation) => Partial<ProbeConversation>,
  before: (conversation: ProbeConversation) => Partial<ProbeConversation> = () => ({}),
): Breaker {
  return {
    ...{ name, does },
    steps: (arm, session, plan) => {
      const own = probeConversation(session, plan.contextTokens);
      const first = { ...own, ...before(own) };
      const second = arm === "control" ? first : { ...own, ...change(own) };
      return [ask(first, 1, plan), ask(second, 2, plan)];
    },
  };
}

/** A breaker that does something between two requests. */
function between(name: string, does: string, steps: (session: string, plan: ProbePlan) => Step[]): Breaker {
  return {
    ...{ name, does },
    steps: (arm, session, plan) => {
      const own = probeConversation(session, plan.contextTokens);
      return [ask(own, 1, plan), ...(arm === "control" ? [] : steps(session, plan)), ask(own, 2, plan)];
    },
  };
}

/**
 * A breaker that puts each of its questions behind the history alone, and not behind those before it. The questions are
 * long: of short ones nothing would be seen, where a vendor keeps prefixes in steps.
 */
const branching = (name: string, does: string, questions: number): Breaker => ({
  ...{ name, does },
  steps: (arm, session, plan) => {
    const own = probeConversation(session, plan.contextTokens);
    const long = { ...own, question: (number: number) => own.question(number, Math.ceil(plan.contextTokens / 8)) };
    const numbers = Array.from({ length: questions }, (_, index) => index + 1);
    return numbers.map((number) =>
      arm === "control" ? ask(long, number, plan) : turn(asked(long, [long.question(number)], plan.toolsPlace)),
    );
  },
});

const turn = (of: Extract<Step, { kind: "ask" }>["turn"]): Step => ({ kind: "ask", turn: of });

/** The n-th question, behind those before it and their answers. */
function ask(conversation: ProbeConversation, number: number, { toolsPlace }: ProbePlan): Step {
  const { question, answer } = conversation;
  const behind: Message[] = [];
  for (let one = 1; one < number; one++) behind.push(question(one), answer(one));
  return turn(asked(conversation, [...behind, question(number)], toolsPlace));
}

const clocked =
  (time: string) =>
  ({ system }: ProbeConversation) => ({ system: `Now it is ${time}.\n${system}` });

/** The idle ones, one for each pause, stand between the others. */
export function breakersOf(idleSeconds: readonly number[]): Breaker[] {
  return [
    changing(
      "timestamp",
      "A time at the beginning of the system prompt goes on",
      clocked("2026-01-01 09:00:07"),
      clocked("2026-01-01 09:00:00"),
    ),
    changing("tools-reordered", "The tools come in reverse order", ({ tools }) => ({ tools: tools.toReversed() })),
    changing("message-edited", "The first message of the history gets another last word", ({ history }) => ({
      history: history.map((message, index) => (index === 0 ? { ...message, content: edited(message) } : message)),
    })),
    changing("compaction", "A summary takes the place of the history, but for its last message", (conversation) => ({
      history: [summary(conversation), ...conversation.history.slice(-1)],
    })),
    between("other-session", "Other sessions of the same size speak in between", (session, plan) =>
      Array.from({ length: plan.otherSessions }, (_, index) =>
        ask(probeConversation(`${session}, other ${index + 1}`, plan.contextTokens), 1, plan),
      ),
    ),
    ...idleSeconds.map((seconds) =>
      between(`idle-${seconds}s`, `Nothing is asked for ${seconds} s`, () => [{ kind: "wait", ms: seconds * 1_000 }]),
    ),
    branching("second-branch", "A+B, then A+C: a second question about the same text, in place of the first", 2),
    branching("third-branch", "A+B, A+C, then A+D: a third one", 3),
  ];
}

/** What a breaker does, in a sentence, by its name; null where there is none of that name. */
export function whatBreaks(breaker: string): string | null {
  const seconds = /^idle-([\d.]+)s$/.exec(breaker)?.[1];
  const found = breakersOf(seconds === undefined ? [] : [Number(seconds)]).find(({ name }) => name === breaker);
  return found?.does ?? null;
}

const edited = ({ content }: Message) => String(content).replace(/\S+$/, "corrected");

/** A tenth of the history's words. */
function summary({ history, system }: ProbeConversation): Message {
  const words = history.reduce((sum, { content }) => sum + String(content).split(" ").length - 1, 0);
  return {
    role: "user",
    content: syntheticWords(`summary of ${system.slice(0, 99)}`, 0, Math.ceil(words / 10)).join(""),
  };
}
