import { expect, test } from "vitest";
import { jobSample } from "../../test/fixtures/job-sample.ts";
import { holdsAnswer } from "./holds-answer.ts";
import type { JobSample } from "./sample.ts";

const policy = { id: "policy.md", text: "Returns are accepted within 30\u00a0days.\n\nThe shop is open on Sundays." };
const prices = { id: "prices.md", text: "A crate costs 130 days of rent, a box 12." };

const question = [{ role: "user", content: "How long?" }] as const;
const sample = (over: Partial<JobSample>) =>
  jobSample({ messages: question, target: "30 days.", material: [policy, prices], ...over });

test("the target or an alternative is looked for as whole words, in any spacing", () => {
  expect(holdsAnswer(sample({}), [policy])).toBe(true);
  expect(holdsAnswer(sample({}), [prices])).toBe(false);
  expect(holdsAnswer(sample({ target: "a month", alternatives: ["30 DAYS"] }), [policy])).toBe(true);
  expect(holdsAnswer(sample({}), [])).toBe(false);
});

test("it cannot be seen where the whole material does not hold the answer, or there is nothing to look for", () => {
  const over: Partial<JobSample>[] = [
    { target: "a month" },
    { target: null },
    { target: "A" },
    { target: "unknown", answerable: false },
    { material: [] },
  ];
  for (const one of over) {
    const unseen = sample(one);
    expect(holdsAnswer(unseen, unseen.material)).toBeNull();
    expect(holdsAnswer(unseen, [])).toBeNull();
  }
});

test("where quotes are the evidence, all of them are looked for, and nothing else", () => {
  const evidence = ["“Returns are accepted”", "the shop is open"];
  const quoted = sample({ target: "a month", metadata: { evidence } });
  expect(holdsAnswer(quoted, [policy])).toBe(true);
  expect(holdsAnswer(quoted, [{ id: "policy.md", text: "Returns are accepted within 30 days." }])).toBe(false);
  expect(holdsAnswer(sample({ metadata: { evidence: "The shop is open" }, answerable: false }), [prices])).toBe(false);
});
