/** What options are called: as short as can be told apart. */
import { UserError } from "../errors.ts";
import { listed } from "./words.ts";

/** A candidate, in one arm where a job has several, in one run. */
export interface OptionChoice {
  readonly candidate: string;
  readonly arm: string | null;
  readonly runId: string;
}

/** In the order given. The only arm needs no name, and a run is named where another run has the same option. */
export function optionIds(choices: readonly OptionChoice[]): string[] {
  const hasArms = new Set(choices.map(({ arm }) => arm)).size > 1;
  const short = choices.map(({ candidate, arm }) => (hasArms && arm !== null ? `${candidate} · ${arm}` : candidate));
  return choices.map(({ runId }, index) =>
    short.filter((name) => name === short[index]).length > 1 ? `${short[index]} · ${runId}` : short[index]!,
  );
}

/**
 * The one option that a user means: by its id, or by its candidate, arm or run.
 *
 * @throws UserError where it is none, or several
 */
export function optionNamed<Option extends OptionChoice & { readonly id: string }>(
  name: string,
  options: readonly Option[],
): Option {
  const exact = options.filter(({ id }) => id === name);
  const fitting =
    exact.length > 0
      ? exact
      : options.filter(({ candidate, arm, runId }) => [candidate, arm, runId].some((one) => one === name));
  if (fitting.length === 1) return fitting[0]!;
  throw new UserError({
    happened: `the baseline "${name}" ${fitting.length === 0 ? "is no option" : `could be ${listed(fitting.map(({ id }) => id))}`}`,
    expected: `one of ${listed(options.map(({ id }) => id))}`,
    mend: "name one of them with --baseline",
  });
}
