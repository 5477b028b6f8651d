/**
 * JSON nested a million deep parses, and then breaks the stack of whoever walks through it or writes it out again. Values
 * of a vendor's own shape are therefore kept only when they are shallow.
 */
const maxDepth = 16;

export function isShallow(value: unknown, depth = 0): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth < maxDepth && Object.values(value).every((inner) => isShallow(inner, depth + 1));
}
