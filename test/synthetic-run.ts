/**
 * A run that never happened, for tests of what shows runs: four candidates of every kind, failures, unknowns, a price,
 * text that tries to break out of the page, and numbers that behave as such models do.
 */
import type { CandidateInfo, Cell, RunInfo, Trial, TrialCall, TrialRecord } from "../src/evals/index.ts";
import { type Random, randomFrom } from "../src/stats/index.ts";
import type { Call } from "../src/wire/index.ts";

export const hostileText =
  '</script><script>window.pwned = 1</script><img src=x onerror="window.pwned = 1"><!-- "\' \u2028 \u0000 <svg/onload=alert(1)>';

export interface SyntheticRunOptions {
  readonly seed?: number;
  readonly contexts?: readonly number[];
  readonly needles?: readonly number[];
  readonly documents?: number;
  readonly candidates?: readonly CandidateInfo[];
}

const depths = [0, 0.25, 0.5, 0.75, 1];

export const syntheticCandidates: readonly CandidateInfo[] = [
  candidate("deepseek/deepseek-v4-flash", "vendor", {
    attention: "CSA/HCA",
    cacheRule: "deepseek: units of 64 tokens",
    price: {
      uncachedInputUsdPerMtok: 0.28,
      cacheReadUsdPerMtok: 0.028,
      cacheWriteUsdPerMtok: null,
      outputUsdPerMtok: 0.42,
      observedOn: "2026-11-02",
      source: "https://api-docs.deepseek.com/quick_start/pricing",
    },
  }),
  candidate("engine/register-mla", "trained specimen", {
    attention: "MLA",
    trainedContextTokens: 1024,
    kvCache: { bytesPerToken: 320, fixedBytes: 0, source: "llama.cpp, f16 cache" },
    cacheRule: "llama.cpp: longest common prefix",
    notice: "trained specimen: reads the built-in register and nothing else",
  }),
  candidate("engine/register-gqa", "trained specimen", {
    attention: "GQA",
    trainedContextTokens: 1024,
    kvCache: { bytesPerToken: 1024, fixedBytes: 0, source: "llama.cpp, f16 cache" },
    cacheRule: "llama.cpp: longest common prefix",
    notice: "trained specimen: reads the built-in register and nothing else",
  }),
  candidate("engine/calibration-hybrid", "calibration specimen", {
    attention: "linear + MLA",
    kvCache: { bytesPerToken: 96, fixedBytes: 65_536, source: "llama.cpp, f16 cache" },
    cacheRule: "llama.cpp: longest common prefix",
    notice: "calibration specimen: untrained, its weights are random; its answers are noise by design",
  }),
];

function candidate(id: string, kind: CandidateInfo["kind"], known: Partial<CandidateInfo>): CandidateInfo {
  return {
    id,
    kind,
    notice: null,
    baseUrl: kind === "vendor" ? "https://api.deepseek.com/v1" : "http://127.0.0.1:8080/v1",
    model: id.split("/")[1]!,
    attention: null,
    trainedContextTokens: null,
    kvCache: null,
    cacheRule: null,
    price: null,
    ...known,
  };
}

export function syntheticRun(options: SyntheticRunOptions = {}): { run: RunInfo; records: TrialRecord[] } {
  const records = [...syntheticRecords(options)];
  return { run: syntheticRunInfo(records.length, options), records };
}

export function syntheticRunInfo(plannedTrials: number, options: SyntheticRunOptions = {}): RunInfo {
  return {
    id: "2026-11-23-grounding-7f3a",
    scenario: {
      name: "grounding",
      version: 1,
      question: "Does the answer stay grounded as the context grows, and what does that cost?",
      source: "Multi-key needle retrieval after RULER (Hsieh et al. 2024, arXiv:2404.06654, §3)",
    },
    startedAt: "2026-11-23T10:00:00.000Z",
    finishedAt: "2026-11-23T10:21:40.000Z",
    status: "finished",
    seed: options.seed ?? 7,
    identity: "9f2c4e1b7a6d5c3f8e0b1a2d4c6f8e9a7b5d3c1f0e2d4b6a8c9f7e5d3b1a0c2e",
    options: { contextTokens: contextsOf(options), documents: options.documents ?? 6, repeats: 1 },
    candidates: options.candidates ?? syntheticCandidates,
    plannedTrials,
    versions: { assay: "0.1.0", node: "24.21.0", "node-llama-cpp": "3.22.1", "llama.cpp": "b7100" },
  };
}

const contextsOf = ({ contexts = [256, 512, 1024, 2048] }: SyntheticRunOptions) => contexts;

export function* syntheticRecords(options: SyntheticRunOptions = {}): Generator<TrialRecord> {
  const { seed = 7, documents = 6, needles = [1], candidates = syntheticCandidates } = options;
  for (const candidate of candidates) {
    const random = randomFrom(`synthetic ${seed} ${candidate.id}`);
    for (const contextTokens of contextsOf(options))
      for (const needle of needles)
        for (let document = 0; document < documents; document++)
          for (const [index, depth] of [...depths, null].entries())
            yield record({ candidate, cell: { contextTokens, needles: needle }, document, index, depth, random });
  }
}

interface Place {
  readonly candidate: CandidateInfo;
  readonly cell: Cell & { readonly contextTokens: number; readonly needles: number };
  readonly document: number;
  /** Among the questions about the document; the first finds a cold cache. */
  readonly index: number;
  readonly depth: number | null;
  readonly random: Random;
}

function record(place: Place): TrialRecord {
  const { candidate, cell, document, index, depth, random } = place;
  const sampleId = `document ${document + 1}, ${depth === null ? "unanswerable 1" : `depth ${depth}`}`;
  const base = {
    id: `${candidate.id} | contextTokens=${cell.contextTokens} needles=${cell.needles} | ${sampleId}`,
    candidate: candidate.id,
    cell,
    sampleId,
    document: `document ${document + 1}`,
    judgeCostUsd: 0,
    turns: 1,
    depth,
    answerable: depth !== null,
    target: depth === null ? "unknown" : `lantern. [${Math.round(depth * (cell.contextTokens / 16)) + 1}]`,
  };
  const prompt = promptOf(place);
  const vendor = candidate.kind === "vendor";
  if (vendor && document === 1 && index === 3) {
    const failure = { class: "rate-limit" as const, message: `429 Too Many Requests: slow down ${hostileText}` };
    return {
      trial: { ...base, ...nothing, outcome: "failed", failure, attempts: 4 },
      calls: [answerCall(call(prompt, null, base.candidate))],
    };
  }
  if (candidate.kind === "calibration specimen" && cell.contextTokens > 1500 && document > 3)
    return { trial: { ...base, ...nothing, outcome: "skipped", attempts: 0 }, calls: [] };

  const right = random.uniform() < chanceOf(candidate, cell.contextTokens, depth) ** cell.needles;
  const cited = depth !== null && (right || random.uniform() < 0.1);
  const answer = right ? base.target : candidate.kind === "calibration specimen" ? hostileText : "needle. [2]";
  const inputTokens = cell.contextTokens - 9 + random.integer(6);
  const granule = vendor ? 64 : 1;
  const expected = index === 0 ? 0 : Math.floor((cell.contextTokens - 20) / granule) * granule;
  const read = vendor && random.uniform() < 0.15 ? 0 : Math.min(expected, inputTokens - 1);
  const slowness = (vendor ? 0.02 : 0.12) * Math.exp(0.15 * random.normal());
  const ttft = (vendor ? 280 : 8) * Math.exp(0.2 * random.normal()) + (inputTokens - read) * slowness;
  const gapsUs = Array.from({ length: 5 }, () =>
    Math.round((vendor ? 9000 : 1800 + cell.contextTokens) * Math.exp(0.1 * random.normal())),
  );
  const endMs = ttft + gapsUs.reduce((sum, gap) => sum + gap, 0) / 1000 + 1;
  const reported = !(vendor && document === 2 && index === 4);
  const usage = reported
    ? {
        uncachedInputTokens: inputTokens - read,
        cacheReadTokens: read,
        cacheWriteTokens: null,
        outputTokens: 6,
        reasoningTokens: null,
        inputTokens,
        raw: { prompt_tokens: inputTokens, completion_tokens: 6 },
      }
    : null;
  const price = candidate.price;
  const trial: Trial = {
    ...base,
    outcome: "scored",
    scores: {
      grounded: { value: right ? 1 : 0, explanation: right ? "as expected" : `expected ${base.target}, got ${answer}` },
      exact: { value: right ? 1 : 0, explanation: right ? "as expected" : `expected ${base.target}, got ${answer}` },
      ...(depth === null ? {} : { cited: { value: cited ? 1 : 0, explanation: "line 3" } }),
    },
    failure: null,
    answer,
    usage,
    expectedCacheReadTokens: expected,
    costUsd:
      price === null || usage === null
        ? null
        : ((inputTokens - read) * price.uncachedInputUsdPerMtok +
            read * price.cacheReadUsdPerMtok! +
            6 * price.outputUsdPerMtok) /
          1e6,
    timings: {
      sentAt: "2026-11-23T10:00:01.000Z",
      headersMs: ttft - 1,
      firstEventMs: ttft,
      firstReasoningMs: null,
      firstContentMs: ttft + 0.5,
      gapsUs,
      endMs,
    },
    kvCacheBytes:
      candidate.kvCache === null
        ? null
        : candidate.kvCache.fixedBytes + candidate.kvCache.bytesPerToken * (inputTokens + 6),
    attempts: 1,
  };
  return { trial, calls: [answerCall(call(prompt, answer, base.candidate), trial)] };
}

const answerCall = (
  made: Call,
  { expectedCacheReadTokens, costUsd }: Pick<Trial, "expectedCacheReadTokens" | "costUsd"> = nothing,
): TrialCall => ({ ...made, purpose: "answer", turn: 1, expectedCacheReadTokens, costUsd });

const nothing = {
  scores: null,
  failure: null,
  answer: null,
  usage: null,
  expectedCacheReadTokens: null,
  costUsd: null,
  timings: null,
  kvCacheBytes: null,
} as const;

function chanceOf(candidate: CandidateInfo, contextTokens: number, depth: number | null): number {
  if (candidate.kind === "calibration specimen") return 0.01;
  if (candidate.kind === "vendor") return depth === 0.5 ? 0.95 : 0.985;
  const past = Math.max(0, Math.log2(contextTokens / (candidate.trainedContextTokens ?? contextTokens)));
  const middle = depth === null ? 0.8 : 1 - 0.25 * Math.sin(Math.PI * depth) * (contextTokens / 1024);
  return (candidate.attention === "MLA" ? 0.97 : 0.92) * Math.max(0.1, middle) * 0.4 ** past;
}

interface Prompt {
  readonly system: string;
  readonly question: string;
}

function promptOf({ cell, document, depth, index }: Place): Prompt {
  const lines = Array.from(
    { length: Math.max(4, Math.round(cell.contextTokens / 16)) },
    (_, line) =>
      `The ${["miller", "baker", "sailor"][(line + document) % 3]} painted the harbour of ${document * 1000 + line * 7}. [${line + 1}]`,
  );
  if (document === 0 && index === 0) lines.push(hostileText);
  return {
    system: `Answer from the lines below.\n\n${lines.join("\n")}`,
    question:
      depth === null
        ? "What is the motto of Yew?"
        : `What is the emblem of ${["Alder", "Birch", "Cedar", "Drift", "Elder"][index]}?`,
  };
}

function call(prompt: Prompt, answer: string | null, model: string): Call {
  const failed = answer === null;
  return {
    protocol: "openai-chat",
    url: "https://example.test/v1/chat/completions",
    requestBody: JSON.stringify({
      model,
      messages: [
        { role: "system", content: prompt.system },
        { role: "user", content: prompt.question },
      ],
      stream: true,
    }),
    status: failed ? 429 : 200,
    responseBody: "",
    answer: {
      text: answer ?? "",
      reasoning: null,
      toolCalls: [],
      finishReason: failed ? null : "stop",
      servedModel: failed ? null : model,
      responseId: null,
    },
    usage: null,
    serverTimings: null,
    timings: {
      sentAt: "2026-11-23T10:00:01.000Z",
      headersMs: 1,
      firstEventMs: null,
      firstReasoningMs: null,
      firstContentMs: null,
      gapsUs: [],
      endMs: 2,
    },
    failure: failed ? { class: "rate-limit", message: "429", status: 429, retryAfterMs: 1000 } : null,
  };
}
