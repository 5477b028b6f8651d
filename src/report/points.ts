/** From a summary to the points of each chart. A click on one leads to its trials. */
import type {
  CachePoint,
  DepthPoint,
  FrontierPoint,
  QualityPoint,
  SpeedPoint,
  TrainedContext,
} from "../charts/index.ts";
import type { CandidateSummary, CellSummary, RunSummary } from "./summary.ts";
import type { ByCache, Spread } from "./tally.ts";

/** The address of the trials of a candidate in a cell; the page's script reads it. */
export function trialsHref(candidate: number, cell: number, depth?: number | null): string {
  const at = depth === undefined ? "" : `&depth=${depth ?? "none"}`;
  return `#trials?candidate=${candidate}&cell=${cell}${at}`;
}

interface Place {
  readonly candidate: CandidateSummary;
  readonly cell: CellSummary;
  readonly href: string;
}

const places = ({ candidates }: RunSummary): Place[] =>
  candidates.flatMap((candidate, index) =>
    candidate.cells.map((cell, place) => ({ candidate, cell, href: trialsHref(index, place) })),
  );

export function frontierPoints(summary: RunSummary, amount: (cell: CellSummary) => Spread): FrontierPoint[] {
  return places(summary).flatMap(({ candidate, cell, href }) =>
    cell.quality === null
      ? []
      : {
          candidate: candidate.candidate.id,
          variant: cell.variant,
          label: cell.label,
          contextTokens: cell.contextTokens,
          amount: amount(cell).median,
          share: cell.quality.share,
          ...cell.quality.interval,
          n: cell.quality.n,
          href,
        },
  );
}

export function qualityPoints(summary: RunSummary): QualityPoint[] {
  return places(summary).flatMap(({ candidate, cell, href }) =>
    cell.quality === null || cell.contextTokens === null
      ? []
      : {
          candidate: candidate.candidate.id,
          variant: cell.variant,
          contextTokens: cell.contextTokens,
          share: cell.quality.share,
          ...cell.quality.interval,
          n: cell.quality.n,
          href,
        },
  );
}

export function trainedContexts({ candidates }: RunSummary): TrainedContext[] {
  return candidates.flatMap(({ candidate: { id, trainedContextTokens } }) =>
    trainedContextTokens === null ? [] : { candidate: id, contextTokens: trainedContextTokens },
  );
}

export function depthPoints({ cells }: CandidateSummary, candidate: number): DepthPoint[] {
  return cells.flatMap(({ label, depths, scores }, place) => {
    const rows = [...depths, ...(depths.length === 0 ? [] : [{ depth: null, quality: scores.abstained ?? null }])];
    return rows.flatMap(({ depth, quality }) =>
      quality === null
        ? []
        : {
            label,
            depth,
            share: quality.share,
            ...quality.interval,
            n: quality.n,
            href: trialsHref(candidate, place, depth),
          },
    );
  });
}

export function speedPoints(summary: RunSummary, of: (cell: CellSummary) => ByCache): SpeedPoint[] {
  return places(summary).flatMap(({ candidate, cell, href }) =>
    (["cold", "warm"] as const).flatMap((cache) => {
      const { median, interval, n } = of(cell)[cache];
      if (median === null || cell.contextTokens === null) return [];
      return {
        candidate: candidate.candidate.id,
        variant: cell.variant,
        contextTokens: cell.contextTokens,
        cache,
        median,
        low: interval?.low ?? null,
        high: interval?.high ?? null,
        n,
        href,
      };
    }),
  );
}

export function cachePoints(summary: RunSummary): CachePoint[] {
  return places(summary).flatMap(({ candidate, cell, href }) =>
    cell.cache === null
      ? []
      : {
          candidate: candidate.candidate.id,
          label: cell.label,
          expectedTokens: cell.cache.expectedTokens / cell.cache.n,
          readTokens: cell.cache.readTokens / cell.cache.n,
          n: cell.cache.n,
          asExpected: cell.cache.asExpected,
          href,
        },
  );
}
