/** Runs of a Word document that its reader does not see, and that mammoth would give as ordinary text. */
import { Parser } from "htmlparser2";

export type Unseen = "hidden parts" | "struck-out parts";

/** Settings of a run. A single line through it is left: mammoth makes it `<s>`. */
const settings: Readonly<Record<string, Unseen>> = { "w:vanish": "hidden parts", "w:dstrike": "struck-out parts" };

/**
 * The XML without these runs, and how many with text were taken out. Only what a run itself says is looked at, not styles.
 *
 * @param xml  of a part of the document
 */
export function withoutUnseen(xml: string): { readonly xml: string; readonly removed: readonly Unseen[] } {
  if (!Object.keys(settings).some((name) => xml.includes(`<${name}`))) return { xml, removed: [] };
  const open: { readonly name: string; readonly start: number; why: Unseen | null; hasText: boolean }[] = [];
  const cuts: { readonly start: number; readonly end: number }[] = [];
  const removed: Unseen[] = [];
  const parser = new Parser(
    {
      onopentag(name, { "w:val": value = "true" }) {
        const why = settings[name];
        const run = open.at(-2);
        if (why !== undefined && open.at(-1)?.name === "w:rPr" && run?.name === "w:r" && !isOff.test(value))
          run.why = why;
        open.push({ name, start: parser.startIndex, why: null, hasText: false });
      },
      ontext(text) {
        if (text.trim() !== "") for (const element of open) element.hasText = true;
      },
      onclosetag() {
        const { name, start, why, hasText } = open.pop()!;
        if (name !== "w:r" || why === null) return;
        // A run inside another that is taken out goes with it.
        while (cuts.length > 0 && cuts.at(-1)!.start > start) cuts.pop();
        cuts.push({ start, end: parser.endIndex + 1 });
        if (hasText) removed.push(why);
      },
    },
    { xmlMode: true },
  );
  parser.end(xml);
  const kept = cuts.map(({ start }, index) => xml.slice(cuts[index - 1]?.end ?? 0, start));
  return { xml: [...kept, xml.slice(cuts.at(-1)?.end ?? 0)].join(""), removed };
}

const isOff = /^(?:0|false|off)$/;
