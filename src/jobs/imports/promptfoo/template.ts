/**
 * The plain part of Nunjucks, which promptfoo's prompts are written in: `{{name}}`, `{{name.key}}`, `{{name[0]}}`, comments.
 * Filters and logic are a program; a text with them is not rendered, and says why.
 *
 * @see https://mozilla.github.io/nunjucks/templating.html
 */
import { isObject, type JsonObject } from "../json-value.ts";

export type Rendered = { readonly text: string } | { readonly unsupported: string };

const comment = /\{#[\s\S]*?#\}/g;
const expression = /\{\{([\s\S]*?)\}\}/g;
const path = /^[A-Za-z_]\w*(?:\.\w+|\[(?:\d+|"[^"]*"|'[^']*')\])*$/;
/** A tag that does not end: promptfoo takes such a text literally. */
const openTag = /(\{%[^%]*$|\{\{[^}]*$|\{#[^#]*$)/m;

/**
 * @param undefinedAs what stands for a name without a value: "" as in a prompt, or the placeholder itself (null)
 */
export function render(template: string, vars: JsonObject, undefinedAs: "" | null = ""): Rendered {
  if (!/\{[{%#]/.test(template) || openTag.test(template)) return { text: template };
  const bare = template.replace(comment, "");
  const logic = /\{%-?\s*(\w+)/.exec(bare)?.[1];
  if (logic !== undefined) return { unsupported: `{% ${logic} %} in a template` };
  let unsupported: string | null = null;
  const text = bare.replace(expression, (whole, inside: string) => {
    const name = inside.trim();
    if (isOfEnvironment(name, vars)) unsupported ??= `{{ ${name} }}: a variable of the environment`;
    if (!path.test(name)) unsupported ??= `{{ ${name} }}: a filter or an expression in a template`;
    const value = path.test(name) ? lookup(vars, name) : undefined;
    if (value === undefined || value === null) return undefinedAs ?? whole;
    const shown = asText(value);
    if (shown === null) unsupported ??= `{{ ${name} }}: an object in place of a text`;
    return shown ?? "";
  });
  return unsupported === null ? { text } : { unsupported };
}

/** `env` is promptfoo's own name, unless a test has a var of that name. What is set here may not be what was set there. */
const isOfEnvironment = (name: string, vars: JsonObject) => /^env\b/.test(name) && !Object.hasOwn(vars, "env");

/** The names at the beginning of a template's expressions. */
export const namesIn = (template: string): string[] =>
  [...template.replace(comment, "").matchAll(expression)].flatMap(
    ([, inside]) => /^\s*([A-Za-z_]\w*)/.exec(inside!)?.[1] ?? [],
  );

function lookup(vars: JsonObject, name: string): unknown {
  const keys = name.match(/\w+|"[^"]*"|'[^']*'/g)!.map((key) => key.replace(/^["']|["']$/g, ""));
  return keys.reduce<unknown>((value, key) => {
    if (Array.isArray(value)) return value[Number(key)];
    return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }, vars);
}

function asText(value: unknown): string | null {
  if (Array.isArray(value)) return value.every((one) => typeof one !== "object") ? value.join(",") : null;
  return typeof value === "object" ? null : String(value);
}
