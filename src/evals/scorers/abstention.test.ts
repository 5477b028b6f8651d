import { expect, test } from "vitest";
import { answer, sample, scriptedJudge, unasked } from "../../../test/fixtures/scored.ts";
import { Abstention, abstention } from "./abstention.ts";

const unanswerable = sample({ target: "", answerable: false });
const scoreOf = (text: string, options = {}, asked = unanswerable, judge = unasked) =>
  abstention(Abstention.parse({ type: "abstention", ...options })).score(asked, answer(text), judge);
const phrases = ["I don't know", "not in the handbook"];

test("a phrase of the job anywhere in the answer abstains", async () => {
  expect(await scoreOf("Sorry, I don’t know.", { phrases })).toEqual({ value: 1, explanation: "right: I don't know" });
  expect(await scoreOf("That is NOT in the\nhandbook.", { phrases })).toMatchObject({ value: 1 });
  expect(await scoreOf("30 days", { phrases })).toEqual({
    value: 0,
    explanation: "expected I don't know or not in the handbook, got 30 days",
  });
});

test("a phrase is whole words, and the sample's own target is one", async () => {
  const own = sample({ target: "unknown", answerable: false });
  expect(await scoreOf("Unknown.", {}, own)).toMatchObject({ value: 1 });
  expect(await scoreOf("It is unknownable.", {}, own)).toMatchObject({ value: 0 });
});

test("where the question has an answer there is nothing to say", async () => {
  expect(await scoreOf("I don't know", { phrases }, sample())).toBeNull();
});

test("a judge is asked only where no phrase is found", async () => {
  const options = { phrases, model: "vendor/judge" };
  expect(await scoreOf("I don't know", options)).toMatchObject({ value: 1 });
  const yes = scriptedJudge('{"reason": "it says so", "abstains": true}');
  expect(await scoreOf("The handbook is silent.", options, unanswerable, yes.judge)).toEqual({
    value: 1,
    explanation: "right: abstains: it says so",
    ratings: [1],
    labels: { abstains: 1, answers: 0 },
  });
  const no = scriptedJudge('{"reason": "it guesses", "abstains": false}');
  expect(await scoreOf("30 days", options, unanswerable, no.judge)).toEqual({
    value: 0,
    explanation: "expected to abstain: it guesses",
    ratings: [0],
    labels: { abstains: 1, answers: 0 },
  });
  await expect(scoreOf("30 days", options, unanswerable, scriptedJudge("no").judge)).rejects.toThrow("did not reply");
});

test("without phrases and judge nobody can say, and the trial fails", async () => {
  await expect(scoreOf("30 days")).rejects.toThrow("nothing says how an answer to sample s would abstain");
  await expect(scoreOf("30 days", { phrases: ["..."] })).rejects.toThrow("nothing says");
});
