import fc from "fast-check";
import { expect, test } from "vitest";
import { specimenTokenizer } from "../../../../specimens/index.ts";
import { syntheticWords } from "./synthetic-text.ts";

const scopes = fc.constantFrom("trace a", "trace b", "");
const ids = fc.oneof(fc.nat(2_000), fc.maxSafeNat());

test("a block's text has the asked length in tokens, alone and behind other text", () => {
  const { encode } = specimenTokenizer();
  fc.assert(
    fc.property(scopes, ids, fc.nat(120), fc.nat(9), (scope, id, tokens, before) => {
      const text = syntheticWords(scope, id, tokens).join("");
      expect(encode(text)).toHaveLength(tokens);
      expect(encode(syntheticWords(scope, id + 1, before).join("") + text)).toHaveLength(before + tokens);
    }),
  );
});

test("equal ids give equal text, a shorter one the beginning of a longer one", () => {
  fc.assert(
    fc.property(scopes, ids, fc.nat(60), fc.nat(60), (scope, id, one, other) => {
      const [short, long] = [one, other].sort((a, b) => a - b).map((tokens) => syntheticWords(scope, id, tokens));
      expect(long!.slice(0, short!.length)).toEqual(short);
    }),
  );
});

test("different ids of one scope never give the same nine words", () => {
  fc.assert(
    fc.property(scopes, ids, ids, (scope, one, other) => {
      fc.pre(one !== other);
      expect(syntheticWords(scope, one, 9)).not.toEqual(syntheticWords(scope, other, 9));
    }),
  );
});
