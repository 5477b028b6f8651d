/** `assay ledger validate`: whether the facts hold together, and how to mend what does not. */
import { resolve } from "node:path";
import { z } from "zod";
import { validateLedger } from "../../ledger/index.ts";
import { ownFolder, readTexts } from "../../ledger-files/index.ts";
import { plain, wrapped } from "../../units/index.ts";
import { defineCommand, jsonFlag } from "../command.ts";

export const ledgerValidateCommand = defineCommand({
  name: "ledger validate",
  summary: "Check the ledger's files: fields, units, sources, links, circles",
  flags: z.object({
    data: z.string().optional().describe("Folder with the ledger's files [those that come with Assay]"),
    json: jsonFlag,
  }),
  examples: ["assay ledger validate", "assay ledger validate --data ./my-ledger --json"],
  async run({ flags, io }) {
    const folder = flags.data === undefined ? ownFolder : resolve(io.cwd, flags.data);
    const files = readTexts(folder);
    const problems = validateLedger(files);
    if (flags.json) io.print(JSON.stringify({ folder, files: files.length, problems }, null, 2));
    else if (problems.length === 0) io.print(`${files.length} files, no problem`);
    else {
      for (const { file, field, happened, mend } of problems) {
        io.print(plain(field === "" ? file : `${file}  ${field}`));
        for (const [label, text] of [
          ["error:  ", happened],
          ["to mend:", mend],
        ] as const)
          io.print(`  ${wrapped(`${label}  ${plain(text)}`, io.width - 2, " ".repeat(10)).join("\n  ")}`);
      }
      const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
      io.note(`${count} in ${files.length} files of ${folder}`);
    }
    return problems.length === 0 ? 0 : 1;
  },
});
