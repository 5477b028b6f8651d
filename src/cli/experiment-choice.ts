/** Which experiment a user means: by its name, or by the id of a claim or an idea that it is about. */
import { UserError } from "../errors.ts";
import { type Protocol, protocols } from "../reproduce/index.ts";

/** @throws UserError where none fits, or several do */
export function experimentOf(id: string, among: readonly Protocol[] = protocols): Protocol {
  const named = among.find(({ name }) => name === id);
  const fitting = named ? [named] : among.filter(({ claims, ideas }) => claims.includes(id) || ideas.includes(id));
  if (fitting.length === 1) return fitting[0]!;
  const names = (some: readonly Protocol[]) => some.map(({ name }) => name).join(", ");
  throw new UserError(
    fitting.length === 0
      ? {
          happened: `there is no experiment "${id}", and none is about a claim or an idea of this id`,
          expected: `one of ${names(among)}`,
          mend: "`assay reproduce --list` says what each is about",
        }
      : {
          happened: `${fitting.length} experiments are about ${id}`,
          expected: `one of them by its name: ${names(fitting)}`,
          mend: "`assay reproduce --list` says what each asks",
        },
  );
}
