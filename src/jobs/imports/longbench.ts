/**
 * Rows of LongBench v2: a long text, a question with four choices, and the right letter. The texts stand around material
 * and question as in its own `prompts/0shot.txt`.
 *
 * @see Bai et al. 2024, arXiv:2412.15204; https://github.com/THUDM/LongBench, pred.py
 */
import { createHash } from "node:crypto";
import { leftOut } from "./chat-messages.ts";
import { importRows } from "./import-rows.ts";
import type { Imported, ImportSource } from "./imported.ts";
import { isObject, textOf } from "./json-value.ts";

const instructions = "Please read the following text and answer the question below.\n\n<text>\n{{material}}\n</text>";
const letters = ["A", "B", "C", "D"];

export async function importLongBench(source: ImportSource): Promise<Imported> {
  const imported = await importRows(source, (row, where, unsupported) => {
    if (!isObject(row)) return leftOut("no object", where, unsupported);
    const context = textOf(row.context);
    const question = textOf(row.question);
    const answer = textOf(row.answer);
    const choices = letters.map((letter) => textOf(row[`choice_${letter}`]));
    if (context === null || question === null || answer === null || choices.includes(null))
      return leftOut("no context, question, answer or choice_A to choice_D", where, unsupported);
    const listed = choices.map((choice, index) => `(${letters[index]}) ${choice!.trim()}`);
    const document = createHash("sha256").update(context).digest("hex").slice(0, 16);
    const { domain, sub_domain, difficulty, length } = row;
    return {
      ...(textOf(row._id) !== null && { id: textOf(row._id)! }),
      input:
        `What is the correct answer to this question: ${question.trim()}\nChoices:\n${listed.join("\n")}\n\n` +
        'Format your response as follows: "The correct answer is (insert answer here)".',
      target: answer,
      material: { id: "text", text: context.trim() },
      // Questions about one text are not independent, and rows do not say which share one.
      document,
      scorers: ["choice"],
      metadata: { domain, sub_domain, difficulty, length },
    };
  });
  return { ...imported, instructions };
}
