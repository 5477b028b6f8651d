/** Somebody who may know a statement's value by other means than whoever made it. */
import type { Statement } from "../statement.ts";
import type { Elsewhere, Finding, Obstacle } from "../verdict.ts";

/** @returns nothing where it does not know the statement's subject or quantity */
export type Witness = (statement: Statement) => readonly (Finding | Obstacle | Elsewhere)[];
