/** The one error that a user can mend; the CLI prints its three lines without a stack. */

/** What happened, what was expected, and how to mend it: one short sentence each, without a full stop. */
export interface Mistake {
  readonly happened: string;
  readonly expected: string;
  readonly mend: string;
}

export class UserError extends Error {
  override readonly name = "UserError";
  readonly mistake: Mistake;

  constructor(mistake: Mistake, options?: ErrorOptions) {
    super(mistake.happened, options);
    this.mistake = mistake;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
