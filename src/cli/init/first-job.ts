/** The text of a first job file, by what the job is. Lines that end in `# edit` hold what only the user can know. */
import { basename } from "node:path";
import { stringify } from "yaml";
import { example } from "./example.ts";
import type { QuestionFile } from "./folder-contents.ts";

/** What a job can be begun as, and how `assay init` asks for it. */
export const kinds = {
  documents: "questions about your own documents",
  extract: "fields from documents, as JSON",
  classify: "a label for each text",
  tools: "calls of tools",
  chat: "conversations",
  example: "a small job to try, with its own material: offline, checked by hand",
} as const;
export type Kind = keyof typeof kinds;

export interface FirstJob {
  readonly kind: Kind;
  readonly name: string;
  /** A pattern, and the files that it names; null for kinds without material, and where ready questions are asked without. */
  readonly material: { readonly pattern: string; readonly files: readonly string[] } | null;
  /** In place of the kind's own questions. */
  readonly questions: QuestionFile | null;
  readonly model: readonly string[];
  readonly callsPerMonth: number | null;
}

/** Files by their names, the job's first. */
export function firstJob(job: FirstJob, fileName: string): ReadonlyMap<string, string> {
  const { kind, name, questions } = job;
  const parts = questions === null ? byKind[kind](job) : readyQuestions(questions, job);
  const text = [
    `# yaml-language-server: $schema=./node_modules/assay/data/schema/job.schema.json
# ${isReady(job) ? "" : 'Edit the lines that end in "# edit". '}\`assay validate ${fileName}\` says what would be asked; docs/jobs.md has every key.
job: ${flow(name)}
question: ${parts.question}${isReady(job) ? "" : " # edit"}`,
    ...parts.sections,
    modelSection(job),
    parts.settings,
    `# What makes cost a call into cost a month.
${job.callsPerMonth === null ? "# volume: { callsPerMonth: 100000 }" : `volume: { callsPerMonth: ${job.callsPerMonth} }`}
# Cap on what a run may spend, USD; it needs a price of each vendor's model.
# maxCost: 2`,
  ].join("\n\n");
  return new Map([[fileName, `${text}\n`], ...(parts.files ?? [])]);
}

export const linesToEdit = (text: string): number[] =>
  text.split("\n").flatMap((line, index) => (line.endsWith("# edit") ? [index + 1] : []));

const isReady = ({ kind, questions }: FirstJob) => kind === "example" || questions !== null;

interface Parts {
  readonly question: string;
  readonly sections: readonly string[];
  readonly settings: string;
  /** Beside the job's own. */
  readonly files?: readonly (readonly [name: string, text: string])[];
}

/** On one line, quoted where YAML wants it. */
const flow = (value: unknown) => stringify(value, { collectionStyle: "flow", lineWidth: 0 }).trimEnd();

const list = (items: readonly string[]) => `[${flow(items).slice(2, -2)}]`;

function modelSection({ kind, model, questions }: FirstJob): string {
  if (model.length === 0 && questions?.from === "promptfoo")
    return `# Candidates, in place of those that the imported file names; \`assay models\` says what can be asked.
# model: [deepseek/deepseek-chat]`;
  const isOffline = model.every((one) => one.startsWith("engine/"));
  return isOffline
    ? `# Candidates. The embedded readers run offline, and read nothing but the built-in register; for other material name
# models that \`assay models\` lists: deepseek/deepseek-chat, ollama/qwen3, …
model: ${list(model)}${kind === "example" ? "" : " # edit"}`
    : `# Candidates; \`assay models\` says what can be asked, \`assay models --vendor <name>\` which models a vendor has.
model: ${list(model)} # edit`;
}

const textSettings = "settings: { temperature: 0, maxTokens: 300 }";

const judgeHint = `  # A model that judges, none of the candidates:
  # - { type: judge, model: openai/gpt-5-mini, rubric: "Is the answer right by the reference, and complete?" }`;

const materialSection = ({ pattern }: NonNullable<FirstJob["material"]>) =>
  `# What answers rest on: paths and globs relative to this file. \`assay validate\` lists the files and what was read of them.
material: ${flow(pattern)}`;

const byKind: Readonly<Record<Kind, (job: FirstJob) => Parts>> = {
  documents: ({ material }) => ({
    question: "Which model answers our questions from the documents, and at what cost?",
    sections: [
      materialSection(material!),
      `# The system prompt; {{material}} is where the documents go.
instructions: |-
  Answer from the documents below, in one sentence. If they do not say, answer: I do not know.

  {{material}}`,
      `# Questions whose answers you know: a target is what an answer has to contain, or a list of texts that are as good.
# Ten show large differences, a hundred small ones. A file of them will do too: samples: questions.csv
samples:
  - id: first
    input: What is the refund window? # edit
    target: [30 days, one month] # edit
  - id: second
    input: Which plan includes support by telephone? # edit
    target: Business # edit
  # Questions that the documents do not answer: who answers them all the same makes things up.
  - id: not-there
    input: What is the telephone number of the mayor? # edit
    answerable: false`,
      `# How answers are judged; docs/scorers.md has all scorers.
scorers:
  - contains
  - { type: abstention, phrases: [I do not know] }
${judgeHint}`,
      `# All of the material in the prompt, against passages that are found in it; docs/retrieval.md.
arms:
  - whole
  - { retrieval: bm25, topK: 8 }`,
    ],
    settings: textSettings,
  }),
  extract: ({ material }) => ({
    question: "Which model extracts these fields right, and at what cost?",
    sections: [
      `# The system prompt; {{material}} is where a sample's document goes.
instructions: |-
  Extract the fields from the document below, as JSON. A field that the document does not have is null.

  {{material}}
input: Which fields does the document have?`,
      `# A document each, of ${flow(material!.pattern)}. The target is what the JSON has to contain, to the letter.
samples:
${material!.files.slice(0, mostSamples).map(extractSample).join("\n")}`,
      `# JSON under the schema, with the right value in it; a module of your own compares field by field: docs/scorers.md.
scorers:
  - { type: json-schema, fences: true }
  - contains`,
    ],
    settings: textSettings,
  }),
  classify: () => ({
    question: "Which model labels these texts right, and at what cost?",
    sections: [
      `instructions: "Is the text a complaint, a question or praise? Answer with one word: complaint, question or praise." # edit
input: "{{text}}"`,
      `# Texts whose labels you know; a file of them will do too: samples: texts.csv, with the columns text and target.
samples:
  - { target: complaint, vars: { text: The parcel came broken. } } # edit
  - { target: question, vars: { text: When do you open on Sundays? } } # edit
  - { target: praise, vars: { text: "Thank you, that was quick." } } # edit`,
      `# Capitals and marks around the answer do not count.
scorers: [exact]`,
    ],
    settings: "settings: { temperature: 0, maxTokens: 20 }",
  }),
  tools: () => ({
    question: "Which model calls our tools right, and at what cost?",
    sections: [
      "instructions: Use the tools where they help. # edit",
      `# &tools names the list, *tools takes it again.
samples:
  - id: one-call
    input: What is the weather in Paris? # edit
    tools: &tools
      - name: get_weather # edit
        description: The weather of a city, now # edit
        parameters:
          type: object
          properties: { city: { type: string } } # edit
          required: [city] # edit
          additionalProperties: false
    scorers:
      - { type: tool-calls, expect: [{ name: get_weather, arguments: { city: Paris } }] } # edit
  - id: no-call
    input: Thank you, that is all. # edit
    tools: *tools
    scorers:
      - { type: tool-calls, trigger: false }`,
    ],
    settings: textSettings,
  }),
  chat: () => ({
    question: "Which model answers in our conversations best, and at what cost?",
    sections: [
      "instructions: You are the assistant of a bookshop. Answer in one sentence. # edit",
      `# Conversations up to the answer; a target is what the answer has to contain, or a list of texts that are as good.
samples:
  - id: one-turn
    input: Do you ship to Norway? We are open from nine to five, and ship to all of Europe. # edit
    target: "yes" # edit
  - id: remembers
    input:
      - { role: user, content: "My name is Ada, and I look for a book on bees." } # edit
      - { role: assistant, content: "Good day, Ada! Do you keep bees yourself?" } # edit
      - { role: user, content: "Not yet. What did I look for?" } # edit
    target: bees # edit`,
      `# How answers are judged; docs/scorers.md has all scorers.
scorers:
  - contains
${judgeHint}`,
    ],
    settings: textSettings,
  }),
  example: () => {
    const { register, instructions, samples, unknownAnswer } = example();
    const file = "register.txt";
    return {
      question: "Which reader finds the right line, in the whole page and in two passages of it?",
      sections: [
        `# A page of forty numbered lines.
material: ${file}
instructions: |-
  ${instructions}

  {{material}}`,
        `# Eight questions that a line answers, and two that none does. \`evidence\` is looked for in what the model was given.
samples:
${samples.map((sample) => `  - ${flow(sample)}`).join("\n")}`,
        `scorers:
  - exact
  - { type: abstention, phrases: [${unknownAnswer}] }`,
        `# All of the material in the prompt, against passages that are found in it.
arms:
  - whole
  - { retrieval: bm25, topK: 2, passageWords: 20 }`,
      ],
      settings: "settings: { temperature: 0, maxTokens: 16 }",
      files: [[file, register]],
    };
  },
};

const mostSamples = 5;

function extractSample(path: string, index: number): string {
  const fields = `
    responseFormat: &fields
      type: json_schema
      name: fields
      schema:
        type: object
        properties: { title: { type: [string, "null"] }, date: { type: [string, "null"] } } # edit
        required: [title, date] # edit
        additionalProperties: false`;
  return `  - id: ${flow(path)}
    material: ${flow(path)}
    target: ${flow(basename(path).replace(/\.\w+$/, ""))} # edit${index === 0 ? fields : "\n    responseFormat: *fields"}`;
}

function readyQuestions({ from, path }: QuestionFile, { material }: FirstJob): Parts {
  const source =
    from === "samples"
      ? `# The questions, read from their file: docs/jobs.md has the columns.\nsamples: ${flow(path)}`
      : `# The questions, from another tool's file; \`assay validate\` lists what could not be carried over.
import: ${flow({ from, path })}`;
  return {
    question: "Which model answers these questions best, and at what cost?",
    sections: [...(material === null ? [] : [materialSection(material)]), source, scorersFor[from]],
    settings: "# settings: { temperature: 0, maxTokens: 300 }",
  };
}

const ownScorers = "# Each sample brings its own scorers; what stands here judges the others.";
const byTarget = `# How answers are judged, where a sample does not say; docs/scorers.md has all scorers.
scorers:
  - contains
${judgeHint}`;

const scorersFor: Readonly<Record<QuestionFile["from"], string>> = {
  promptfoo: `${ownScorers}\n# scorers: [contains]`,
  k2vv: `${ownScorers}\n# scorers: [tool-calls]`,
  "longbench-v2": `${ownScorers}\n# scorers: [choice]`,
  chat: byTarget,
  inspect: byTarget,
  samples: byTarget,
  "openai-batch": `# A batch has no right answers: give scorers that need none, or the answers are kept and not judged.
# scorers: [{ type: judge, model: openai/gpt-5-mini, rubric: Is the answer right and complete? }]`,
};
