/** Ids: how releases, ideas, organisations, accelerators and claims are named, in files and on the command line. */
import { z } from "zod";

/** Lower-case words: `deepseek-v3.2`, `mla`, `ik_llama.cpp`. The file of a subject has its id as name. */
export const Id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]*$/, "expected lower-case letters, digits, `.`, `_` and `-`")
  .max(100);
