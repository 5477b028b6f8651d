import fc from "fast-check";
import { expect, test } from "vitest";
import { modulePattern } from "./module-pattern.ts";

const matches = (pattern: string, name: string) => modulePattern(pattern, () => {})?.(name) ?? null;

// Targets and ignore lists of released configs: Kimi-K2.5, Kimi-K3, Qwen and Llama by compressed-tensors.
test.each([
  [".*self_attn.*", "model.layers.3.self_attn.q_proj", true],
  [".*mlp\\.(gate|up|gate_up|down)_proj.*", "model.layers.0.mlp.gate_up_proj", true],
  [".*mlp\\.(gate|up|gate_up|down)_proj.*", "model.layers.0.mlp.experts.1.gate_proj", false],
  ["model\\.layers\\.\\d+\\.mlp\\.experts\\.[0-9]+\\.w[123]$", "model.layers.12.mlp.experts.7.w2", true],
  ["model\\.layers\\.\\d+\\.mlp\\.experts\\.[0-9]+\\.w[123]$", "model.layers.12.mlp.experts.7.w2_scale", false],
  ["^lm_head", "lm_head", true],
  ["lm_head", "model.lm_head", false],
  [".*lm_head", "model.lm_head", true],
])("%s on %s: %s", (pattern, name, expected) => {
  expect(matches(pattern, name)).toBe(expected);
});

test("agrees with RegExp on everything that it accepts", () => {
  const atom = fc.constantFrom(
    "a",
    "b",
    ".",
    "\\.",
    "[ab]",
    "[^a]",
    "\\d",
    "(a|bb)",
    "(b|.a|)",
    "([ab]|1)",
    "[(a|]",
    "1",
  );
  const piece = fc.tuple(atom, fc.constantFrom("", "", "*", "+", "?")).map(([text, count]) => text + count);
  const pattern = fc
    .tuple(fc.constantFrom("", "^"), fc.array(piece, { maxLength: 6 }), fc.constantFrom("", "$"))
    .map(([start, pieces, end]) => start + pieces.join("") + end);
  const name = fc.string({ unit: fc.constantFrom("a", "b", ".", "1"), maxLength: 12 });
  let accepted = 0;
  fc.assert(
    fc.property(pattern, name, (pattern, name) => {
      const answer = matches(pattern, name);
      if (answer === null) return;
      accepted++;
      expect(answer).toBe(new RegExp(`^(?:${pattern})`).test(name));
    }),
    { numRuns: 10_000 },
  );
  expect(accepted).toBeGreaterThan(2_000);
});

test.each(["(a+)+$", "(?=a)", "a{2,}", "\\bx", "(a)\\1", "((a|b)|c)*", "a".repeat(501), "(a|b)".repeat(9), "a\\", "["])(
  "refuses %.30s",
  (pattern) => {
    expect(matches(pattern, "aaaa")).toBeNull();
  },
);

test("patterns made to run for years are matched at once, and their work is told", () => {
  let steps = 0;
  const pattern = modulePattern(`${".*a".repeat(100)}$`, (more) => {
    steps += more;
  })!;
  const startedAt = performance.now();
  expect(pattern(`${"a".repeat(1_000)}b`)).toBe(false);
  expect(performance.now() - startedAt).toBeLessThan(500);
  expect(steps).toBeGreaterThan(100_000);
});
