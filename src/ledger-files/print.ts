/** Prints JSON as the ledger's files have it: what fits on a line stands on one, so that a change is a line in a diff. */

const width = 120;

export const printJson = (value: unknown): string => `${print(value, 0, 0)}\n`;

/** @param taken columns that stand before the value on its line, and a comma after it */
function print(value: unknown, depth: number, taken: number): string {
  const line = onOneLine(value);
  if (typeof value !== "object" || value === null) return line;
  if (depth > 0 && !holdsEntries(value) && taken + line.length <= width) return line;
  const indent = "  ".repeat(depth + 1);
  const [open, close] = Array.isArray(value) ? (["[", "]"] as const) : (["{", "}"] as const);
  const rows = Array.isArray(value)
    ? value.map((item) => indent + print(item, depth + 1, indent.length + 1))
    : defined(value).map(([key, item]) => {
        const name = `${indent}${JSON.stringify(key)}: `;
        return name + print(item, depth + 1, name.length + 1);
      });
  return rows.length === 0 ? open + close : `${open}\n${rows.join(",\n")}\n${"  ".repeat(depth)}${close}`;
}

/** Lists of objects, and objects of them, have a line for each even where they are short. */
const holdsEntries = (value: object): boolean =>
  Object.values(value).length > 0 && Object.values(value).every((item) => typeof item === "object" && item !== null);

function onOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = defined(value).map(([key, item]) => `${JSON.stringify(key)}: ${onOneLine(item)}`);
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}

const defined = (value: object) => Object.entries(value).filter(([, item]) => item !== undefined);
