/** What every spec of a scorer may have: a name of its own, so that a job can use one type twice. */
import { z } from "zod";

export const scoreName = z
  .string()
  .min(1)
  .max(40)
  .optional()
  .describe("The score's name in records and tables [the type]");
