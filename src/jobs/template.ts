/** `{{name}}` in a job's own texts. Nothing else in them has a meaning, and samples are never read as templates. */

const placeholder = /\{\{\s*([A-Za-z_][\w-]*)\s*\}\}/g;

/** The name that stands for what the model is given of the sample's material. */
export const materialName = "material";

/** The names in a text, each once. */
export const placeholders = (text: string): string[] => [
  ...new Set([...text.matchAll(placeholder)].map(([, name]) => name!)),
];

/** The text with the values in the places of their names. What a value says of itself is not looked into. */
export const filled = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(placeholder, (whole, name: string) => (Object.hasOwn(values, name) ? values[name]! : whole));
