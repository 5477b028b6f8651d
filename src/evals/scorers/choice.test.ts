import { expect, test } from "vitest";
import { answer, sample, unasked } from "../../../test/fixtures/scored.ts";
import { Choice, choice, choiceMistake, lettersNamed } from "./choice.ts";

const scoreOf = (target: string, text: string, options = {}) =>
  choice(Choice.parse({ type: "choice", ...options })).score(sample({ target }), answer(text), unasked);

test.each([
  ["B", ["B"]],
  ["(b).", ["B"]],
  ["**B**", ["B"]],
  ["B) Paris", ["B"]],
  ["B. Paris", ["B"]],
  // The forms that LongBench v2 and MMLU-Pro ask for, and Inspect's.
  ["The correct answer is (B)", ["B"]],
  ["The correct answer is (B) because A is wrong.", ["B"]],
  ["Let us think. A seems wrong. The answer is B.", ["B"]],
  ["Answer: B", ["B"]],
  ["C looks good at first.\nANSWER: b", ["B"]],
  ["The answer is A. Wait: the answer is (B).", ["B"]],
  ["\\boxed{B}", ["B"]],
  ["\\boxed{\\text{B}}", ["B"]],
  ["I would choose option B here.", ["B"]],
  ["A country like Spain cannot be meant, so B", ["B"]],
  ["B or C", ["B", "C"]],
  ["A is wrong, C is right", ["C"]],
  ["The answer is not B", []],
  ["The answer isn't B.", []],
  ["The answer is not (B)", []],
  ["It isn’t option B", []],
  ["Not B.", []],
  ["The answer cannot be B", []],
  ["I don't think the answer is B.", []],
  ["B is not the answer", []],
  ["B is incorrect", []],
  ["Neither A nor B", []],
  ["The answer is not A, the answer is B", ["B"]],
  ["The answer isn't A; it is B.", ["B"]],
  ["Not A but B", ["B"]],
  ["I would choose option D because A, B and C are wrong.", ["D"]],
  ["It's not obvious, but the answer is B", ["B"]],
  ["B is not wrong", ["B"]],
  ["The correct option is B, A is not.", ["B"]],
  ["I choose B rather than C", ["B"]],
  ["A) Paris is wrong.\nB) Berlin is right.", ["A", "B"]],
  ["The answer is A or B", ["A", "B"]],
  ["The answer is A and B", ["A", "B"]],
  ["The answer is A or possibly B.", ["A", "B"]],
  ["Answer: A, B", ["A", "B"]],
  ["Answer: A/B", ["A", "B"]],
  ["\\boxed{A, B}", ["A", "B"]],
  ["\\boxed{A} and \\boxed{B}", ["A", "B"]],
  ["(A) and (B)", ["A", "B"]],
  ["A) or B)", ["A", "B"]],
  ["A. and B. are both right", ["A", "B"]],
  ["A) Paris and B) Lyon are both right", ["A", "B"]],
  ["A\nB\n\nBoth are right.", ["A", "B"]],
  ["Answer: A and C", ["A", "C"]],
  ["A isn't wrong", ["A"]],
  ["D) Both (A) and (B)", ["D"]],
  ["The answer is A because B is wrong", ["A"]],
  ["B\n\nExplanation: A is about dogs", ["B"]],
  ["A is about dogs, C about cats.\n\nB", ["B"]],
  ["A: wrong\nB: right\nC: wrong\nD: wrong", ["B"]],
  ["rule out A, C, and D, leaving B", ["B"]],
  ["Eliminating A and C, B it is", ["B"]],
  ["All but B are wrong", ["B"]],
  ["Everything except B is wrong", ["B"]],
  ["A and C are both wrong; B", ["B"]],
  ["B isn't wrong", ["B"]],
  ["The answer must be B. A is tempting.", ["B"]],
  ["The answer has to be B. A is tempting.", ["B"]],
  ["option b", ["B"]],
  ["Ｂ", ["B"]],
  ["The answer is B and C is wrong", ["B"]],
  ["There is no doubt that B is right", ["B"]],
  ["B. Vitamin C", ["B"]],
  ["A is definitely incorrect", []],
  ["A is clearly wrong", []],
  ["A is also incorrect", []],
  ["A is therefore wrong", []],
  ["A is obviously incorrect", []],
  ["A is the wrong answer", []],
  ["A is impossible", []],
  ["A is unlikely", []],
  ["A is never right", []],
  ["A is not right", []],
  ["I doubt A is right", []],
  ["I doubt that A is right", []],
  ["Do not choose A", []],
  ["Don't pick A", []],
  ["I wouldn't select A", []],
  ["I reject A", []],
  ["Discard A", []],
  ["Answer: a dog", []],
  ["The answer is A dog", []],
  ["The answer is A-level", []],
  ["The answer is A as shown", ["A"]],
  ["The answer is A but not B", ["A"]],
  ["The answer is A rather than B", ["A"]],
  ["A so-called dog, so B", ["B"]],
  ["Don't go for A; pick B", ["B"]],
  ["Berlin", []],
  ["A good question", []],
  ["Plan B-2 of the ABC", []],
  ["E", []],
  ["", []],
])("%j names %j", (text, letters) => {
  expect(lettersNamed(text, "ABCD")).toEqual(letters);
});

test("the letter is right, wrong, or not to be told, and the explanation says which", () => {
  expect(scoreOf("B", "The answer is (B).")).toEqual({ value: 1, explanation: "right: B" });
  expect(scoreOf("(b)", "C")).toEqual({ value: 0, explanation: "expected B, got C" });
  expect(scoreOf("B", "B or C")).toEqual({ value: 0, explanation: "expected B, got B and C" });
  expect(scoreOf("B", "Paris")).toEqual({ value: 0, explanation: "expected B, got no letter: Paris" });
});

test("ten choices have the letters to J, and the pronoun is none of them", () => {
  expect(scoreOf("I", "The answer is I.", { choices: 10 })).toMatchObject({ value: 1 });
  expect(scoreOf("C", "I think C", { choices: 10 })).toMatchObject({ value: 1 });
});

test("a target that is no choice is a mistake of the job", () => {
  expect(() => scoreOf("E", "A")).toThrow("is no choice");
  expect(() => scoreOf("Paris", "A")).toThrow("is no choice");
  const spec = Choice.parse({ type: "choice", choices: 5 });
  expect(choiceMistake(spec, sample({ target: "E" }))).toBeNull();
  expect(choiceMistake(spec, sample({ target: "A", alternatives: ["green"] }))).toMatchObject({
    happened: 'sample s: the target "green" is no choice',
    expected: "a letter from A to E",
  });
});
