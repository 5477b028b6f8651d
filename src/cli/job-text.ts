/** What a job would ask, on the screen. */
import type { JobOverview, LoadedImport } from "../jobs/index.ts";
import { formatBytes, formatCount, plain, wrapped } from "../units/index.ts";
import type { JobQuestion } from "./question.ts";
import type { Reach } from "./reach.ts";
import { table } from "./table.ts";

export interface JobView extends JobOverview {
  readonly job: string;
  readonly question: string | null;
  readonly imports: readonly LoadedImport[];
  readonly candidates: readonly Pick<Reach, "model" | "role" | "at" | "keyEnv">[];
  readonly repeats: number;
  readonly notes: readonly string[];
}

/** Rows of a table on the screen; `--json` has all. */
const mostRows = 20;

export function jobText(view: JobView, width: number): string {
  const { job, question, samples, arms, candidates, repeats, notes } = view;
  const say = (text: string, indent = "  ") => wrapped(text, width, indent).join("\n");
  const answering = candidates.filter(({ role }) => role === "answers").length;
  const asked = samples.count * arms.length * answering * repeats;
  const sections = [
    say(plain(question === null ? job : `${job}: ${question}`)),
    say(
      `${many(samples.count, "sample")}: ${formatCount(samples.answerable)} answerable, ${formatCount(samples.count - samples.answerable)} not${samples.documents === samples.count ? "" : `; taken as ${many(samples.documents, "document")}`}`,
    ),
    materialText(view, width),
    ...view.imports.map((one) => importText(one, width)),
    scorerText(view, width),
    armText(view, width),
    limited(
      ["model", "for", "reached at"],
      candidates.map(({ model, role, at, keyEnv }) => [plain(model), role, reachText(at, keyEnv)]),
      width,
    ),
    asked === 0
      ? ""
      : say(
          `${many(samples.count, "sample")} × ${many(arms.length, "arm")} × ${many(answering, "candidate")} × ${many(repeats, "repeat")} = ${many(asked, "question")}`,
        ),
    notes.map((note) => say(`! ${plain(note)}`)).join("\n"),
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

function reachText(at: string | null, keyEnv: string | null): string {
  if (at === null) return "cannot be asked: see the error";
  return at === "embedded engine" ? at : `${at}, ${keyEnv === null ? "no key sent" : `key from ${keyEnv}`}`;
}

function materialText({ material, texts }: JobView, width: number): string {
  const rows = material.map(({ path, kind, bytes, parts, tokens, sha256, notes }) => [
    plain(path),
    kind,
    formatBytes(bytes),
    parts === null ? "" : many(parts.count, partNames[parts.kind]),
    formatCount(tokens),
    sha256.slice(0, 8),
    notes.join("; "),
  ]);
  const isWhole = rows.every((row) => row.at(-1) === "");
  const head = ["material", "kind", "size", "parts", "tokens", "sha256", "note"];
  const columns = isWhole ? head.length - 1 : head.length;
  return [
    ...(rows.length === 0
      ? []
      : [
          limited(
            head.slice(0, columns),
            rows.map((row) => row.slice(0, columns)),
            width,
          ),
        ]),
    ...(texts.count === 0
      ? []
      : [
          wrapped(`${many(texts.count, "text")} in the job itself, ${formatCount(texts.tokens)} tokens`, width).join(
            "\n",
          ),
        ]),
  ].join("\n");
}

const partNames = { page: "page", heading: "section", record: "record" } as const;

function importText({ spec, unsupported }: LoadedImport, width: number): string {
  const title = `import ${plain(spec.path)} (${spec.from})`;
  if (unsupported.length === 0) return wrapped(`${title}: all is carried over`, width, "  ").join("\n");
  const rows = unsupported.map(({ what, count, where }) => [formatCount(count), plain(where), plain(what)]);
  return `${wrapped(title, width, "  ").join("\n")}\n${limited(["count", "first in", "not carried over"], rows, width)}`;
}

function scorerText({ scorers, samples }: JobView, width: number): string {
  const of = (judged: number) => `${formatCount(judged)} of ${formatCount(samples.count)}`;
  const rows = scorers.map(({ name, type, judges }) => [plain(name), type, of(judges)]);
  if (samples.unjudged > 0) rows.push(["none", "", of(samples.unjudged)]);
  return limited(["scorer", "type", "samples judged"], rows, width);
}

function armText({ arms, material, texts }: JobView, width: number): string {
  if (arms.length === 0) return "";
  const isSought = arms.some(({ holdAnswer }) => holdAnswer !== null);
  const hasMaterial = material.length > 0 || texts.count > 0;
  const rows = arms.map(({ name, promptTokens: { least, median, most }, holdAnswer, sought }) => [
    formatCount(least),
    formatCount(median),
    formatCount(most),
    holdAnswer === null ? "—" : `${formatCount(holdAnswer)} of ${formatCount(sought)}`,
    plain(name),
  ]);
  const column = hasMaterial ? ["answer in"] : [];
  const remark = `Prompts in words, numbers and marks, of which a vendor's tokenizer makes a tenth to a third more${isSought ? "; samples whose answer stands in the prompt, of those with one to look for" : hasMaterial ? "; no sample has an answer that can be looked for" : ""}.`;
  return [
    limited(
      ["least", "median", "most", ...column, "arm"],
      rows.map((row) => (hasMaterial ? row : row.toSpliced(3, 1))),
      width,
    ),
    ...wrapped(remark, width),
  ].join("\n");
}

function limited(head: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  const more = rows.length > mostRows ? `\nand ${formatCount(rows.length - mostRows)} more; --json has them all` : "";
  return table(head, rows.slice(0, mostRows), width) + more;
}

/** What a reader has to know before a run. */
export function jobNotes(
  { settings, needs, loaded }: JobQuestion,
  { samples, arms, measuredSamples }: JobOverview,
  candidates: readonly Reach[],
): string[] {
  const answering = candidates.filter(({ role }) => role === "answers");
  const notices = Map.groupBy(
    answering.filter(({ specimen }) => specimen !== null),
    ({ specimen }) => specimen!.trainedContextTokens,
  );
  const agents = arms.filter(({ isAgent }) => isAgent).map(({ name }) => name);
  const standIns = arms.filter(({ isStandIn }) => isStandIn).map(({ name }) => name);
  return [
    ...loaded.tableNotes,
    ...(samples.unjudged > 0
      ? [
          `No scorer has anything to say about ${many(samples.unjudged, "sample")}, first "${samples.firstUnjudged}": the answers are kept, not judged.`,
        ]
      : []),
    ...(measuredSamples < samples.count
      ? [`The arms were measured on ${formatCount(measuredSamples)} samples, evenly taken.`]
      : []),
    ...(standIns.length > 0
      ? [
          `Nothing is sent, so BM25 stands in for the models of ${standIns.join(" and ")}: lengths are near, passages are not the same.`,
        ]
      : []),
    ...(agents.length > 0
      ? [`${agents.join(" and ")}: lengths are of the first request; what the tools read comes on top.`]
      : []),
    ...(agents.length > 0 && answering.some(({ at }) => at === "embedded engine")
      ? ["The embedded engine takes no tools: as agents its models answer without the material."]
      : []),
    ...(samples.withImages > 0 && answering.some(({ at }) => at === "embedded engine")
      ? [`The embedded engine takes no images: ${many(samples.withImages, "sample")} with images will fail there.`]
      : []),
    ...(settings.model === undefined && settings.gguf === undefined
      ? ["No candidate is named, so the embedded readers are asked; name some with `model:` or --model."]
      : []),
    ...Array.from(notices, ([trained, models]) => {
      const names = models.map(({ model }) => model).join(", ");
      const one = models.length === 1;
      if (trained === null) return `${names}: untrained, the answers are noise.`;
      return `${names}: ${one ? "reads" : "read"} the built-in register alone, and prompts of up to ${formatCount(trained)} tokens${needs.longestPromptTokens > trained ? `; here they have up to ${formatCount(needs.longestPromptTokens)}` : ""}.`;
    }),
    ...(needs.judge !== null && answering.some(({ model }) => model === needs.judge)
      ? [`The judge, ${needs.judge}, is a candidate too: judges favour their own answers.`]
      : []),
    ...(settings.maxCost === undefined &&
    answering.some(({ specimen, at }) => specimen === null && at !== "embedded engine")
      ? ["There is no cap on cost: set `maxCost:` or --max-cost."]
      : []),
  ];
}

const many = (count: number, noun: string) => `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
