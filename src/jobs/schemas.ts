/** The JSON Schema of jobs, for editors; `npm run schemas` writes it beside the ledger's. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ownFolder } from "../ledger-files/index.ts";
import { Job } from "./job.ts";

export const schemaFile = join(ownFolder, "schema", "job.schema.json");

export const schemaText = (): string => `${JSON.stringify(z.toJSONSchema(Job, { io: "input" }), null, 2)}\n`;

if (import.meta.main) writeFileSync(schemaFile, schemaText());
