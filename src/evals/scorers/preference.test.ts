import { expect, test } from "vitest";
import { answer, sample, scriptedJudge, unasked } from "../../../test/fixtures/scored.ts";
import { preference, preferenceDefaults } from "./preference.ts";

const reply = (better: string) => JSON.stringify({ reason: `${better} is right`, better });
const preferred = async (asked: string, swapped: string) => {
  const script = scriptedJudge(reply(asked), reply(swapped));
  return { ...(await preference(sample(), answer("30 days"), answer("60 days"), script.judge)), script };
};

// The rule of show_result.py in lm-sys/FastChat, fastchat/llm_judge: a win only if both games have the same winner.
test.each([
  ["first", "second", "left", true],
  ["second", "first", "right", true],
  ["tie", "tie", "tie", true],
  ["first", "first", "tie", false],
  ["second", "second", "tie", false],
  ["first", "tie", "tie", false],
  ["tie", "first", "tie", false],
])(
  "a judge that says %s, and %s with the answers swapped, prefers %s",
  async (asked, swapped, expected, consistent) => {
    expect(await preferred(asked, swapped)).toMatchObject({ preferred: expected, consistent });
  },
);

test("each answer stands in the first place once, and the reasons of both orders are kept", async () => {
  const { script, explanation } = await preferred("first", "second");
  const [one, two] = script.requests.map(({ messages }) => String(messages[1]!.content));
  expect(one).toMatch(/first answer [^>]*>\n30 days\n[\s\S]*second answer [^>]*>\n60 days\n/);
  expect(two).toMatch(/first answer [^>]*>\n60 days\n[\s\S]*second answer [^>]*>\n30 days\n/);
  expect(explanation).toBe("left in both orders: first is right | swapped: second is right");
  expect((await preferred("first", "first")).explanation).toMatch(/^left, swapped right: /);
});

test("a rubric of one's own is what the judge is told", async () => {
  const script = scriptedJudge(reply("tie"), reply("tie"));
  const options = { ...preferenceDefaults, rubric: "The friendlier one." };
  await preference(sample(), answer("a"), answer("b"), script.judge, options);
  expect(script.requests[0]!.messages[1]!.content).toContain("The friendlier one.");
});

test("equal answers are a tie without a call", async () => {
  expect(await preference(sample(), answer("a"), answer("a"), unasked)).toMatchObject({ preferred: "tie" });
});

test("a reply that is no preference is an error, not a tie", async () => {
  await expect(preferred("both", "first")).rejects.toThrow("did not reply with the JSON asked for");
});
