/** HTML that is safe by construction: what is put into a template is text, unless it is markup already. */

export interface Markup {
  readonly markup: string;
}

type Part = Markup | string | number | null | readonly Part[];

/** Builds markup; strings and numbers are escaped, null prints nothing, lists are joined. */
export function html(pieces: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { markup: pieces.reduce((text, piece, index) => text + rendered(parts[index - 1] ?? null) + piece) };
}

/** Markup from where we wrote it ourselves: style sheets, scripts, drawn charts. Never from a model or a server. */
export const trusted = (markup: string): Markup => ({ markup });

function rendered(part: Part): string {
  if (part === null) return "";
  if (typeof part === "string") return escaped(part);
  if (typeof part === "number") return String(part);
  if (Array.isArray(part)) return part.map(rendered).join("");
  return (part as Markup).markup;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Control characters that HTML does not allow become U+FFFD, as a browser would make them. */
export function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/[&<>"']/g, (character) => entities[character]!)
    .replace(/[\u0000-\u0008\u000b\u000e-\u001f]/g, "\ufffd");
}

/** JSON that stays inside its script element whatever it holds: no `<` is left in it. */
export const inertJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
