/** Looks at a page or an API as it is now, for one release, and says what it saw. */
import type { Release } from "../../ledger/index.ts";
import type { Statement } from "../statement.ts";

/** Flat, so that two days can be compared: `config.hidden_size`, `price.input`. */
export type SeenValues = Readonly<Record<string, string | number | boolean | null>>;

export interface Access {
  /** Keys and addresses: HF_ENDPOINT, HF_TOKEN, <VENDOR>_API_KEY. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * The text at an address.
   *
   * @param token  sent to the address's own origin alone
   * @returns null where there is no such page
   * @throws UserError where it cannot be reached or refuses
   */
  readonly read: (url: string, token?: string) => Promise<string | null>;
}

export interface Observer {
  readonly name: string;
  readonly summary: string;
  /** Where it looks; null where it has nothing to look at for this release. */
  readonly addressFor: (release: Release, env: Access["env"]) => string | null;
  /** What the ledger holds of the same values, to compare a first look with; null where it holds none of them as they are. */
  readonly known: (release: Release) => SeenValues | null;
  /** @throws UserError where the page cannot be read, or is not what it should be */
  readonly observe: (release: Release, access: Access) => Promise<SeenValues>;
  /** What the seen values say of a statement; left out where they say nothing. */
  readonly valueFor: (statement: Statement, seen: SeenValues) => string | number | undefined;
}
