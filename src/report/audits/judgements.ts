/** The verdicts of `assay check` as a terminal shows them: what is wrong first, with both numbers and where they come from. */
import { type Evidence, type Judgement, type Look, type Verdict, verdicts } from "../../audit/index.ts";
import { type Contradiction, formatValue, type Tolerance } from "../../ledger/index.ts";
import { formatCount, formatSignificant, plain, wrapped } from "../../units/index.ts";

export interface JudgementText {
  readonly width: number;
  /** Show the evidence of every verdict with its addresses, and statements without any one by one. */
  readonly detailed: boolean;
}

/** Those whose evidence a reader needs at once. */
const explained: ReadonlySet<Verdict> = new Set<Verdict>(["contradicted", "confirmed under a rule"]);

export function judgementText(judgements: readonly Judgement[], { width, detailed }: JudgementText): string {
  const sections = verdicts.flatMap((verdict) => {
    const found = judgements.filter((one) => one.verdict === verdict);
    if (found.length === 0) return [];
    const [told, listed] = partition(found, ({ evidence }) => detailed || evidence.length > 0);
    const lines = [...told.map((one) => judgementLines(one, width, detailed)), ...byReason(listed, width)];
    return [[`${capital(verdict)} (${formatCount(found.length)})`, ...lines].join("\n")];
  });
  return sections.join("\n\n");
}

const partition = <T>(all: readonly T[], isFirst: (one: T) => boolean): [T[], T[]] => [
  all.filter(isFirst),
  all.filter((one) => !isFirst(one)),
];

function judgementLines(judgement: Judgement, width: number, detailed: boolean): string {
  const { statement, evidence, rule, verdict, because, obstacles } = judgement;
  const { id, says, printed, source, observed, verified } = statement;
  const lines = evidence.map((one) => comparison(judgement, one));
  if (evidence.length === 0) lines.push(`said ${said(judgement)}; ${because}`);
  else if (verdict === "stale") lines.push(because);
  if (detailed || explained.has(verdict)) {
    const url = (address: string | null) => (detailed && address !== null ? ` ${address}` : "");
    const asPrinted = printed === undefined ? "" : `, as ${printed}`;
    lines.push(`said by ${source.title}, ${observed}${asPrinted}${url("url" in source ? source.url : null)}`);
    for (const { by, from, url: at, on } of evidence)
      lines.push(`${by} from ${from}${on === null ? "" : `, ${on}`}${url(at)}`);
    if (rule !== null) lines.push(`rule: ${rule.name}. ${rule.says}`);
    if (evidence.length > 0) lines.push(...obstacles.map((obstacle) => `could not be checked: ${obstacle}`));
    if (!verified.verified && verified.because !== because) lines.push(`unverified: ${verified.because}`);
  }
  return [
    ...indented(says.startsWith(id) ? says : `${id}: ${says}`, width, 2),
    ...lines.flatMap((line) => indented(line, width, 4)),
  ].join("\n");
}

/** Folded, its first line so many columns in and the others two more. */
const indented = (text: string, width: number, columns: number): string[] =>
  wrapped(plain(text), width - columns, "  ").map((line) => " ".repeat(columns) + line);

/** `said 37B · computed 36.63B · off by −1.0%, within ±1.5%`. */
function comparison(judgement: Judgement, { by, value, agrees, relativeDifference }: Evidence): string {
  const { statement, tolerance } = judgement;
  const found = shown(value, statement.unit, tolerance);
  const start = `said ${said(judgement)} · ${by} ${found}`;
  if (relativeDifference === null) return `${start} · ${agrees ? "the same" : "different"}`;
  if (Math.abs(relativeDifference) < floatNoise) return `${start} · equal`;
  if (agrees && statement.bound !== undefined) return start;
  const limit = `${agrees ? "within" : "outside"} ${toleranceWords(statement, tolerance)}`;
  return `${start} · off by ${percent(relativeDifference)}, ${limit}`;
}

/** What sums of floating-point numbers are off by. */
const floatNoise = 1e-12;

const said = ({ statement: { value, unit, currency, bound }, tolerance }: Judgement): string => {
  const sign = bound === "lower" ? "≥ " : bound === "upper" ? "≤ " : "";
  return `${sign}${currency === undefined || currency === "USD" ? shown(value, unit, tolerance) : `${value} ${currency}`}`;
};

/** Where equality is asked for, every digit. */
function shown(value: number | string, unit: Judgement["statement"]["unit"], tolerance: Tolerance | null): string {
  if (tolerance !== "exact" || typeof value !== "number") return plain(formatValue(value, unit));
  return unit === "bytes"
    ? `${formatCount(value)} B`
    : unit === "parameters"
      ? formatCount(value)
      : formatValue(value, unit);
}

function toleranceWords({ unit }: Judgement["statement"], tolerance: Tolerance | null): string {
  if (tolerance === null) return "the printed digits";
  if (tolerance === "exact") return "nothing: it has to be equal";
  if ("relative" in tolerance) return `±${formatSignificant(tolerance.relative * 100)}%`;
  return unit === "share"
    ? `±${formatSignificant(tolerance.absolute * 100)} points`
    : `±${formatSignificant(tolerance.absolute)}`;
}

const percent = (share: number): string => `${share < 0 ? "−" : "+"}${formatSignificant(Math.abs(share) * 100)}%`;

/** Statements without evidence, by what keeps them from having any. */
function byReason(judgements: readonly Judgement[], width: number): string[] {
  const reasons = Map.groupBy(judgements, ({ verdict, because }) =>
    verdict === "stale" ? "too old to rely on" : because,
  );
  return [...reasons].flatMap(([reason, found]) => {
    const names = found.slice(0, 6).map(({ statement }) => statement.id);
    const more = found.length > names.length ? [`and ${formatCount(found.length - names.length)} more`] : [];
    return indented(`${formatCount(found.length)}, ${reason}: ${[...names, ...more].join(", ")}`, width, 2);
  });
}

/** Where sources disagree, in the ledger's own words. */
export const disagreementText = (contradictions: readonly Contradiction[], width: number): string =>
  contradictions.flatMap(({ says, claims }) => indented(`${says} (${claims.join(", ")})`, width, 2)).join("\n");

/** What observers saw, and what had changed since the last look. */
export function lookText(looks: readonly Look[], width: number): string {
  const lines = looks.flatMap((look) => {
    if ("obstacle" in look) return [`${look.release}, ${look.observer}: could not look: ${look.obstacle}`];
    const { observation, since, changes } = look;
    const name = `${observation.release}, ${observation.observer}`;
    if (since === null) return [`${name}: seen for the first time`];
    const before = since === "ledger" ? "the ledger" : since.slice(0, 10);
    if (changes.length === 0) return [`${name}: as ${since === "ledger" ? "in the ledger" : `on ${before}`}`];
    return [
      `${name}: ${formatCount(changes.length)} different from ${before}`,
      ...changes.slice(0, 12).map(({ field, before, now }) => ` ${field}: ${value(before)} → ${value(now)}`),
    ];
  });
  return lines.flatMap((line) => indented(line, width, line.startsWith(" ") ? 4 : 2)).join("\n");
}

const value = (one: unknown) => (one === undefined ? "not there" : String(one).slice(0, 60));
const capital = (text: string) => text[0]!.toUpperCase() + text.slice(1);
