/** Keeps keys out of records: servers echo them in errors, and a record is stored, shown and shared. */

/** Shorter ones are placeholders such as `EMPTY` and `none`; taking them out would take words out of answers. */
const minSecretCharacters = 8;

/** The strings to take out: each secret as it is and as JSON writes it. */
export function secretsToRedact(secrets: readonly (string | null | undefined)[]): readonly string[] {
  const forms = secrets
    .filter((secret): secret is string => typeof secret === "string" && secret.length >= minSecretCharacters)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  // A longer one first, as it may hold a shorter one.
  return [...new Set(forms)].sort((a, b) => b.length - a.length);
}

/** The same value with `[key]` in place of every secret, in all strings and names in it. */
export function redact<T>(value: T, secrets: readonly string[]): T {
  return secrets.length === 0 ? value : (redacted(value, secrets) as T);
}

function redacted(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === "string") {
    return secrets.reduce((text, secret) => (text.includes(secret) ? text.replaceAll(secret, "[key]") : text), value);
  }
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((inner) => redacted(inner, secrets));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [redacted(name, secrets), redacted(inner, secrets)]),
  );
}
