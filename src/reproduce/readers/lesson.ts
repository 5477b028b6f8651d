/** Sheets as a batch. */
import type { Random } from "../../stats/index.ts";
import type { Grid } from "../model/site.ts";
import type { Batch } from "../training/batch.ts";
import { type FormName, forms } from "./forms.ts";

/** What batches are drawn from. */
export interface Course extends Grid {
  /** Drawn from for each sequence; one that comes twice is drawn twice as often. */
  readonly forms: readonly FormName[];
}

export interface Lesson extends Batch {
  readonly judged: Int32Array;
  readonly importance: Float32Array;
  /** What each judged place is marked as; `null` for form, and for places that are left over. */
  readonly kinds: readonly (string | null)[];
}

/** Tokens that come with one judged place, at the least. */
const tokensOfPlace = 4;

/**
 * One batch, padded. Places that are left over weigh nothing.
 *
 * @throws RangeError where a sheet does not fit
 */
export function lesson({ forms: names, sequences, tokens: length }: Course, random: Random): Lesson {
  const places = Math.ceil(length / tokensOfPlace);
  const tokens = new Int32Array(sequences * length);
  const judged = new Int32Array(sequences * places);
  const targets = new Int32Array(judged.length);
  const importance = new Float32Array(judged.length);
  const kinds = new Array<string | null>(judged.length).fill(null);
  for (let sequence = 0; sequence < sequences; sequence++) {
    const name = random.pick(names);
    const sheet = forms[name](length, random);
    if (sheet.tokens.length > length || sheet.judged.length > places)
      throw new RangeError(
        `${name}: ${sheet.tokens.length} tokens and ${sheet.judged.length} places in a room of ${length} and ${places}`,
      );
    tokens.set(sheet.tokens, sequence * length);
    for (const [index, { after, target, importance: weight, kind }] of sheet.judged.entries()) {
      const place = sequence * places + index;
      judged[place] = sequence * length + after;
      targets[place] = target;
      importance[place] = weight;
      kinds[place] = kind;
    }
  }
  return { tokens, judged, targets, importance, kinds };
}
