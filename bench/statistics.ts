/** What the statistics promise, simulated: coverage of intervals, false alarms and savings of the sequential tests. */
import type { Outcome, Table } from "./outcome.ts";
import { type EliminationCell, eliminations } from "./statistics/elimination.ts";
import { type CoverageCell, coverage } from "./statistics/intervals.ts";
import {
  type FalseAlarms,
  falseAlarms,
  type Savings,
  type SequenceCoverage,
  savings,
  sequenceCoverage,
  waldShare,
} from "./statistics/sequential.ts";

const percent = (share: number, digits = 1) => `${(100 * share).toFixed(digits)} %`;

export async function statistics(rounds: number): Promise<Outcome> {
  const intervals = coverage(rounds);
  const alarms = falseAlarms(rounds);
  const saved = savings(rounds);
  const sequences = sequenceCoverage(rounds);
  const dropped = eliminations(rounds);
  return {
    title: "Coverage of 95 % intervals, by clusters (of raters' agreement: units)",
    table: coverageTable(intervals),
    further: [
      { title: "False alarms of the sequential test, looking after every sample", table: alarmTable(alarms) },
      { title: "Sequential test at the difference it was planned for", table: savingsTable(saved) },
      { title: "Interval at the end of a sequential test", table: sequenceTable(sequences) },
      { title: "Elimination among four candidates", table: eliminationTable(dropped) },
    ],
    goals: [
      ...coverageGoals(intervals),
      {
        goal: "false alarms at most 5 % over every look",
        measured: `at most ${percent(Math.max(...alarms.map(({ established }) => established)), 2)}`,
        met: alarms.every(({ established }) => established <= 0.05),
      },
      ...[0.8, 0.9, 0.95].map((power) => savingsGoal(saved, power)),
      {
        goal: "a difference that matters is called smaller in at most 1 − power of studies",
        measured: `at most ${Math.max(...saved.map(({ smaller, power }) => smaller / (1 - power))).toFixed(2)} of it`,
        met: saved.every(({ smaller, power }) => smaller <= 1 - power),
      },
      {
        goal: "the interval at the end holds the true difference as often as it promises, or more",
        measured: sequences
          .map(({ covered, confidence }) => `${percent(covered)} for ${percent(confidence)}`)
          .join(", "),
        met: sequences.every(({ covered, confidence }) => covered >= confidence),
      },
      {
        goal: "elimination drops one of the best in at most 5 % of studies",
        measured: `at most ${percent(Math.max(...dropped.map(({ droppedBest }) => droppedBest)))}`,
        met: dropped.every(({ droppedBest }) => droppedBest <= 0.05),
      },
    ],
    notes: [
      `Wald's bound as a share of a fixed sample, for small effects: ${[0.8, 0.9, 0.95].map((power) => `${waldShare(power).toFixed(3)} at power ${power}`).join(", ")}.`,
    ],
    figures: { intervals, alarms, saved, sequences, dropped },
  };
}

/** One line a population, its cluster counts side by side. */
function coverageTable(cells: readonly CoverageCell[]): Table {
  const byPopulation = Map.groupBy(cells, ({ family, population }) => `${family}: ${population}`);
  const rows = [...byPopulation].flatMap(([name, group]) =>
    Object.keys(group[0]!.covered).map((method, index) => [
      index === 0 ? name : "",
      method,
      group.map(({ clusters, covered }) => `${clusters}: ${percent(covered[method]!)}`).join("  "),
    ]),
  );
  return [["", "method", "covered"], ...rows];
}

/** Within one point of 95 %, family by family; shares are averaged over true shares, as counts move in steps. */
function coverageGoals(cells: readonly CoverageCell[]): Outcome["goals"] {
  const enough = cells.filter(({ clusters }) => clusters >= 20);
  const families = Map.groupBy(enough, ({ family }) => family);
  return [...families].map(([family, group]) => {
    const shares = family.startsWith("share") ? averaged(group) : group.map(({ covered }) => covered.chosen!);
    const within = shares.filter((share) => Math.abs(share - 0.95) <= 0.01 + 1e-9).length;
    return {
      goal: `coverage, ${family}: within a point of 95 % from 20 clusters on`,
      measured: `${percent(Math.min(...shares))} to ${percent(Math.max(...shares))}, ${within} of ${shares.length} within`,
      met: within === shares.length,
    };
  });
}

function averaged(cells: readonly CoverageCell[]): number[] {
  const groups = Map.groupBy(cells, ({ population, clusters }) => `${population.replace(/^\S+ /, "")} ${clusters}`);
  return [...groups.values()].map(
    (group) => group.reduce((sum, { covered }) => sum + covered.chosen!, 0) / group.length,
  );
}

const alarmTable = (cells: readonly FalseAlarms[]): Table => [
  ["", "careAbout", "horizon", "studies", "established"],
  ...cells.map(({ population, careAbout, horizon, studies, established }) => [
    population,
    `${careAbout}`,
    `${horizon}`,
    `${studies}`,
    percent(established, 2),
  ]),
];

const savingsTable = (cells: readonly Savings[]): Table => [
  [
    "",
    "difference",
    "power",
    "found",
    "smaller",
    "samples",
    "fixed",
    "ratio",
    "at equal power",
    "Wald",
    "at no difference",
  ],
  ...cells.map((cell) => [
    cell.plannedSpread === 1 ? cell.population : `${cell.population}, spread planned × ${cell.plannedSpread}`,
    `${cell.difference}`,
    `${cell.power}`,
    percent(cell.established),
    percent(cell.smaller),
    cell.meanSamples.toFixed(0),
    `${cell.fixedSamples}`,
    (cell.meanSamples / cell.fixedSamples).toFixed(3),
    (cell.meanSamples / cell.fixedSamplesAtEqualPower).toFixed(3),
    (cell.waldSamples / cell.fixedSamples).toFixed(3),
    (cell.meanSamplesAtNull / cell.fixedSamples).toFixed(3),
  ]),
];

function savingsGoal(cells: readonly Savings[], power: number): Outcome["goals"][number] {
  const ratios = cells
    .filter((cell) => cell.power === power && cell.plannedSpread === 1)
    .map(({ meanSamples, fixedSamplesAtEqualPower }) => meanSamples / fixedSamplesAtEqualPower);
  const met = ratios.filter((ratio) => ratio <= 0.6).length;
  return {
    goal: `at power ${power}, at most 0.6 of the samples of a fixed test of equal power`,
    measured: `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}, ${met} of ${ratios.length} within`,
    met: met === ratios.length,
  };
}

const sequenceTable = (cells: readonly SequenceCoverage[]): Table => [
  ["true difference", "studies", "covered", "promised"],
  ...cells.map(({ difference, studies, covered, confidence }) => [
    `${difference}`,
    `${studies}`,
    percent(covered),
    percent(confidence),
  ]),
];

const eliminationTable = (cells: readonly EliminationCell[]): Table => [
  [
    "true shares",
    "studies",
    "dropped a best",
    "kept a worse",
    "best",
    "tied",
    "calls, of a fixed study",
    "to good enough",
  ],
  ...cells.map((cell) => [
    cell.shares.join(" "),
    `${cell.studies}`,
    percent(cell.droppedBest),
    percent(cell.keptWorse),
    percent(cell.best),
    percent(cell.tied),
    cell.calls.toFixed(2),
    cell.callsToGoodEnough.toFixed(2),
  ]),
];
