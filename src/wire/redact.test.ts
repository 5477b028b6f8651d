import { expect, test } from "vitest";
import { redact, secretsToRedact } from "./redact.ts";

test("a secret goes from every string and name, as it is and as JSON writes it", () => {
  const secret = 'se"cret\\key';
  const secrets = secretsToRedact([secret, null]);
  const value = { a: `x ${secret} y ${secret}`, b: [{ [secret]: JSON.stringify(secret) }], c: 1, d: null };
  expect(redact(value, secrets)).toEqual({ a: "x [key] y [key]", b: [{ "[key]": '"[key]"' }], c: 1, d: null });
});

test("a placeholder in place of a key takes no words out of answers", () => {
  expect(redact("none of them", secretsToRedact(["none"]))).toBe("none of them");
});
