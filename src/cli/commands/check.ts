/** `assay check`: what was said, what is found by other means, and the verdict. */
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import {
  fileWitnesses,
  type Judgement,
  judgeAll,
  type Look,
  look,
  modelStatements,
  type Observation,
  ObservationLog,
  observationsWitness,
  observers,
  openWeights,
  outcomeOf,
  ownWitnesses,
  pageReader,
  type ResolvedModel,
  resolveModel,
  type Statement,
  statementsOf,
  type Verdict,
  verdicts,
  type Witness,
} from "../../audit/index.ts";
import { UserError } from "../../errors.ts";
import { contradictionsOf, type Ledger, type Named, nearest, resolveName, subjectsOf } from "../../ledger/index.ts";
import { ownFolder, readLedger } from "../../ledger-files/index.ts";
import { disagreementText, judgementText, lookText } from "../../report/audits/index.ts";
import { formatCount, wrapped } from "../../units/index.ts";
import { defineCommand, type ExitCode, type Io, jsonFlag, listFlag } from "../command.ts";
import { progressBar } from "../progress.ts";

const flags = z.object({
  all: z.boolean().default(false).describe("Check everything in the ledger"),
  live: z
    .boolean()
    .default(false)
    .describe("Look at the hub, OpenRouter and the vendor's API first, and keep what is seen"),
  checkpoint: z
    .string()
    .optional()
    .describe("Count the tensors of this checkpoint; of a GGUF, measure its cache as well"),
  verdict: listFlag(`Show these alone: ${verdicts.join(", ")}`),
  data: z.string().optional().describe("Folder of a ledger of your own [the one that comes with Assay]"),
  observations: z.string().optional().describe("Folder for what was seen [.assay/observations]"),
  json: jsonFlag,
});
type Flags = z.infer<typeof flags>;

export const checkCommand = defineCommand({
  name: "check",
  summary: "Compare what was said of a model with config, weights, engine and live pages: a verdict each",
  args: [{ name: "[what...]", describe: "Claims, releases, ideas, hardware; or a checkpoint, GGUF or hub repository" }],
  flags,
  examples: [
    "assay check deepseek-v3",
    "assay check k2-params",
    "assay check --all --verdict contradicted",
    "assay check deepseek-v4-pro --live",
    "assay check ./model.gguf",
  ],
  async run({ args, flags, io }) {
    const wanted = verdictsOf(flags.verdict);
    const today = io.now().toISOString().slice(0, 10);
    const folder = flags.data === undefined ? ownFolder : resolve(io.cwd, flags.data);
    const ledger = readLedger(folder);
    const { statements, model } = await chosen(args, flags, ledger, today, io);
    const log = new ObservationLog(resolve(io.cwd, flags.observations ?? join(".assay", "observations")));
    const looks = flags.live ? await lookAt(statements, ledger, log, io) : [];
    const witnesses = [
      ...(model === null ? [...ownWitnesses(ledger, folder), observationsWitness(seen(statements, log))] : []),
      ...(await witnessesOfFile(statements, model, flags.checkpoint ?? args[0]!, flags, today, io)),
    ];
    const judgements = judgeAll(statements, witnesses, today);
    const outcome = outcomeOf(judgements);
    const blind = looks.some((one) => "obstacle" in one);
    const shown = judgements.filter(({ verdict }) => wanted.length === 0 || wanted.includes(verdict));
    const ids = new Set(statements.map(({ id }) => id));
    const disagreements = contradictionsOf(ledger).filter(({ claims }) => claims.some((id) => ids.has(id)));
    if (flags.json)
      io.print(
        JSON.stringify({ today, outcome, judgements: shown.map(plainJudgement), disagreements, looks }, null, 2),
      );
    else {
      const counts = verdicts.flatMap((verdict) => {
        const count = judgements.filter((one) => one.verdict === verdict).length;
        return count === 0 ? [] : [`${formatCount(count)} ${verdict}`];
      });
      const statementCount = judgements.length === 1 ? "1 statement" : `${formatCount(judgements.length)} statements`;
      io.print(wrapped(`${statementCount} on ${today}: ${counts.join(", ")}`, io.width).join("\n"));
      if (looks.length > 0) io.print(`\nSeen today\n${lookText(looks, io.width)}`);
      const detailed = wanted.length > 0 || statements.length === 1;
      if (shown.length > 0) io.print(`\n${judgementText(shown, { width: io.width, detailed })}`);
      if (disagreements.length > 0 && wanted.length === 0)
        io.print(`\nSources disagree (${disagreements.length})\n${disagreementText(disagreements, io.width)}`);
    }
    const codes: Readonly<Record<typeof outcome, ExitCode>> = {
      contradicted: 101,
      "could not check": 4,
      checked: blind ? 4 : 0,
    };
    return codes[outcome];
  },
});

/** For programs: the statement says all that the ledger's own entry would say again. */
const plainJudgement = ({ statement: { made, ...statement }, ...judgement }: Judgement) => ({
  ...statement,
  made: made.as,
  ...judgement,
});

/** The statements that are asked for. A model that is not in the ledger makes its own. */
async function chosen(
  args: readonly string[],
  flags: Flags,
  ledger: Ledger,
  today: string,
  io: Io,
): Promise<{ statements: readonly Statement[]; model: ResolvedModel | null }> {
  const all = statementsOf(ledger, today);
  if (flags.all) return { statements: all, model: null };
  if (args.length === 0)
    throw new UserError({
      happened: "nothing is named",
      expected: "a claim or a release, such as deepseek-v3",
      mend: "name one, or check everything with --all",
    });
  const subjects = subjectsOf(ledger);
  const statements: Statement[] = [];
  for (const given of args) {
    const exact = all.filter(({ id }) => id === given);
    if (exact.length > 0) statements.push(...exact);
    else if (args.length === 1 && (await isModel(given, subjects, io))) {
      const model = await resolveModel(given, io);
      return { statements: modelStatements(model, today), model };
    } else {
      const { id } = resolveSubject(given, subjects, all);
      statements.push(...all.filter(({ subject }) => subject === id));
    }
  }
  return { statements: [...new Set(statements)], model: null };
}

/** A path, or a repository that no release of the ledger has. */
async function isModel(given: string, subjects: readonly Named[], io: Io): Promise<boolean> {
  if (
    (await stat(resolve(io.cwd, given)).catch(() => null)) !== null ||
    /^[./~]|\.(json|gguf|safetensors)$/.test(given)
  )
    return true;
  return given.includes("/") && !subjects.some(({ hubId }) => hubId?.toLowerCase() === given.toLowerCase());
}

function resolveSubject(given: string, subjects: readonly Named[], statements: readonly Statement[]): Named {
  try {
    return resolveName(given, subjects, "claim, release, idea or hardware");
  } catch (error) {
    const claims = nearest(
      given,
      statements.map(({ id }) => ({ id, name: id })),
    );
    if (!(error instanceof UserError) || claims.length === 0 || error.message.includes("may be any")) throw error;
    throw new UserError({ ...error.mistake, expected: `${error.mistake.expected}; of claims ${claims.join(", ")}` });
  }
}

function verdictsOf(given: readonly string[]): readonly Verdict[] {
  const wrong = given.find((one) => !(verdicts as readonly string[]).includes(one));
  if (wrong === undefined) return given as readonly Verdict[];
  throw new UserError({
    happened: `there is no verdict ${JSON.stringify(wrong)}`,
    expected: `one of ${verdicts.join(", ")}`,
    mend: 'write it like --verdict "confirmed under a rule"',
  });
}

async function lookAt(statements: readonly Statement[], ledger: Ledger, log: ObservationLog, io: Io): Promise<Look[]> {
  const about = new Set(statements.map(({ subject }) => subject));
  const tasks = ledger.releases
    .filter(({ id }) => about.has(id))
    .flatMap((release) => observers.map((observer) => ({ release, observer })));
  const access = { env: io.env, read: pageReader() };
  const bar = progressBar(io, "looking");
  const looks: Look[] = [];
  for (const [index, { release, observer }] of tasks.entries()) {
    bar.update(index / tasks.length, `${release.name}: ${observer.name}`);
    const one = await look(observer, release, access, log, io.now());
    if (one !== null) looks.push(one);
    if (io.interrupts.stopping.aborted) break;
  }
  bar.done();
  return looks;
}

/** The newest of every observer. */
const seen = (statements: readonly Statement[], log: ObservationLog): Observation[] =>
  [...new Set(statements.map(({ subject }) => subject))].flatMap((release) =>
    observers.flatMap(({ name }) => log.latest(name, release) ?? []),
  );

async function witnessesOfFile(
  statements: readonly Statement[],
  own: ResolvedModel | null,
  reference: string,
  flags: Flags,
  on: string,
  io: Io,
): Promise<Witness[]> {
  if (own === null && flags.checkpoint === undefined) return [];
  const subjects = [...new Set(statements.map(({ subject }) => subject))];
  const [subject] = subjects;
  if (subject === undefined || subjects.length > 1)
    throw new UserError({
      happened: `--checkpoint is given for ${subjects.length} releases`,
      expected: "one release, whose file it is",
      mend: "name the release alone",
    });
  const { shape } = own ?? (await resolveModel(subject, io));
  const checkpoint = own === null ? await openWeights(reference, io) : own.checkpoint;
  if (checkpoint === null)
    throw new UserError({
      happened: `${reference} is a config without weights`,
      expected: "a release of the ledger, a checkpoint, a GGUF, or a hub repository",
      mend: "name the folder or file that holds the weights; `assay anatomy` reads the config alone",
    });
  const path = resolve(io.cwd, reference);
  const ggufPath = checkpoint.format === "gguf" && (await stat(path).catch(() => null))?.isFile() ? path : null;
  const bar = progressBar(io, "measuring the cache in llama.cpp");
  if (ggufPath !== null) bar.update(0);
  try {
    return await fileWitnesses({ subject, checkpoint, layers: shape.layers, ggufPath, on });
  } finally {
    bar.done();
  }
}
