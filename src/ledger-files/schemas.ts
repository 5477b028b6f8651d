/** JSON Schemas for editors, made from the Zod schemas; `npm run schemas` writes them to data/schema/. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { folders, singleFiles } from "../ledger/index.ts";
import { ownFolder } from "./folder.ts";

/** The text of each schema file, by its name in data/schema/. */
export function schemaTexts(): Map<string, string> {
  return new Map(
    Object.entries({ ...folders, ...singleFiles }).map(([name, schema]) => [
      `${name}.schema.json`,
      `${JSON.stringify(z.toJSONSchema(schema, { io: "input" }), null, 2)}\n`,
    ]),
  );
}

if (import.meta.main) for (const [name, text] of schemaTexts()) writeFileSync(join(ownFolder, "schema", name), text);
