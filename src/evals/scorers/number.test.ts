import { expect, test } from "vitest";
import { answer, sample, unasked } from "../../../test/fixtures/scored.ts";
import { Numeric, number, numberMistake } from "./number.ts";

const scoreOf = (target: string, text: string, options = {}) =>
  number(Numeric.parse({ type: "number", ...options })).score(sample({ target }), answer(text), unasked);

// The cases of Inspect's own tests for match(numeric=True), tests/scorer/test_match.py of UKGovernmentBEIS/inspect_ai, where
// the answer's last number is the answer. Left out: ½, and 60% as no number.
test.each([
  ["28 + 32 = 60\nThis solves the problem.", "60", 1],
  ["**ANSWER: 28 + 32 = 60**\nThis solves the problem.", "60", 1],
  ["28 + 32 = 60%", "60%", 1],
  ["The answer is 25", "5", 0],
  ["the value is 110", "10", 0],
  ["5", "-5", 0],
  ["the result is -5", "-5", 1],
  ["the result is -5 exactly", "-5", 1],
  ["pi is approximately 3.14", "3.14", 1],
  ["pi is approximately 33.14", "3.14", 0],
  ["the value is 1000", "1e3", 1],
  ["2.0", "2", 1],
  ["result: -5.0", "-5", 1],
  ["answer: −5", "-5", 1],
])("%j against %j scores %d", (text, target, value) => {
  expect(scoreOf(target, text)).toMatchObject({ value });
});

test("thousands, exponents and words of size are one number, and so are a percentage and its share", () => {
  for (const text of ["1,234,500", "1.2345e6", "1.2345 × 10^6", "1.2345 million"])
    expect(scoreOf("1,234,500", text)).toMatchObject({ value: 1 });
  for (const text of ["12.5%", "12.5 percent", "0.125", "12.5"])
    expect(scoreOf("12.5%", text)).toMatchObject({ value: 1 });
  expect(scoreOf("0.125", "12.5 %")).toMatchObject({ value: 1 });
  expect(scoreOf("12.5%", "1.25%")).toMatchObject({ value: 0 });
});

test("a tolerance is in the target's unit, or a share of the target", () => {
  const absolute = { tolerance: 0.01 };
  expect(scoreOf("30", "30.01", absolute)).toMatchObject({ value: 1 });
  expect(scoreOf("30", "30.011", absolute)).toMatchObject({ value: 0 });
  expect(scoreOf("12.5%", "0.126", { tolerance: 0.1 })).toMatchObject({ value: 1 });
  const relative = { relativeTolerance: 0.02 };
  expect(scoreOf("-200", "-204", relative)).toMatchObject({ value: 1 });
  expect(scoreOf("-200", "-204.1", relative)).toMatchObject({ value: 0 });
});

test("a number with the target's unit is the answer before any other, one with another unit never is", () => {
  const text = "By section 4, refunds take 30 days, and 5 hours for members.";
  expect(scoreOf("30 days", text)).toEqual({ value: 1, explanation: "right: 30 days" });
  expect(scoreOf("5 h", text)).toMatchObject({ value: 1 });
  expect(scoreOf("30 days", "30 hours")).toEqual({
    value: 0,
    explanation: "expected 30 days, got 30 hours, in another unit",
  });
  expect(scoreOf("30 days", "soon")).toEqual({ value: 0, explanation: "expected 30 days, got no such number" });
  expect(scoreOf("30 days", "30")).toMatchObject({ value: 1 });
  expect(scoreOf("$5", "It costs 5 dollars.")).toMatchObject({ value: 1 });
  expect(scoreOf("$5", "€5")).toMatchObject({ value: 0 });
  expect(scoreOf("3 customers", "3 customers of 20")).toMatchObject({ value: 1 });
});

test.each([
  ["5 km", "5 miles"],
  ["5 °F", "5 °C"],
  ["5 degrees Fahrenheit", "5 degrees Celsius"],
  ["5 kg", "5 lbs"],
  ["5 kg", "5 pounds"],
  ["$5", "5 pounds"],
  ["$5", "50 cents"],
  ["5 MW", "5 mW"],
  ["5 kW", "5 kWh"],
  ["5 miles", "5 miles per hour"],
  ["5 m", "5 m²"],
  ["5 ft", "5 square feet"],
  ["5 litres", "5 gallons"],
  ["5 MB", "5 Mb"],
  ["5 V", "5 mV"],
  ["5 A", "5 V"],
  ["5 kΩ", "5 MΩ"],
  ["5 MPa", "5 mPa"],
  ["5 bar", "5 psi"],
  ["5 mol", "5 mmol"],
  ["5 ‰", "5 %"],
  ["5 in", "5 cm"],
  ["5 USD", "5 Canadian dollars"],
])("against %j, %j has another unit", (target, text) => {
  expect(scoreOf(target, text)).toEqual({ value: 0, explanation: `expected ${target}, got ${text}, in another unit` });
});

test.each([
  ["5 km", "5 kilometers"],
  ["5 °F", "5 F"],
  ["-5 °C", "−5 degrees C"],
  ["5 kg", "5 kilos"],
  ["5 lb", "5 pounds"],
  ["£5", "5 pounds"],
  ["$5", "US$5"],
  ["5 CAD", "$5"],
  ["5 MW", "5 megawatts"],
  ["5 kWh", "5 kilowatt-hours"],
  ["5 mph", "5 miles per hour"],
  ["5 km/h", "5 kilometres per hour"],
  ["5 m²", "5 square meters"],
  ["5 m²", "5 m^2"],
  ["5 MB", "5 mb"],
  ["5 in", "5 inches"],
  ["5 inches", "5 in."],
  ["5 in", "5 in (12.7 cm)"],
  ["5 kV", "5 kilovolts"],
  ["5 A", "5 amps"],
  ["5 mA", "5 milliamperes"],
  ["5 kΩ", "5 kiloohms"],
  ["5 \u2126", "5 ohms"],
  ["5 MPa", "5 megapascals"],
  ["5 mbar", "5 millibars"],
  ["5 mol", "5 moles"],
  ["5 ‰", "5 per mille"],
  ["30 days", "It took 30 in all"],
  ["3 students", "3 A students"],
  ["5 ms", "5 MS"],
  ["30 days", "30 days per year"],
  ["30 states", "30 US states"],
])("against %j, %j has the same unit or none", (target, text) => {
  expect(scoreOf(target, text)).toMatchObject({ value: 1 });
});

test.each([
  ["The answer is 10 x 3 = 30", "30", 1],
  ["The answer is 10 × 3 = 30", "30", 1],
  ["The answer is $10 \\times 3 = 30$.", "30", 1],
  ["£1.2m", "1200000", 1],
  ["£1.2m", "£1.2 million", 1],
  ["1.2m euros", "€1.2bn", 0],
  ["1.2m euros", "1.2 million euros", 1],
  ["1.2m", "1.2 metres", 1],
  ["10^6", "1000000", 1],
  ["10⁶ m", "1000 km", 0],
])("%j against %j scores %d: sums, powers and sizes", (text, target, value) => {
  expect(scoreOf(target, text)).toMatchObject({ value });
});

test("of several different numbers the chosen one is explained", () => {
  expect(scoreOf("30", "4 or 30")).toEqual({ value: 1, explanation: "right: 30 (of 4, 30)" });
  expect(scoreOf("30", "30 or 60")).toEqual({ value: 0, explanation: "expected 30, got 60 (of 30, 60)" });
  expect(scoreOf("30", "30 or 60", { pick: "first" })).toMatchObject({ value: 1 });
  expect(scoreOf("30", "30 or 60", { pick: "only" })).toEqual({
    value: 0,
    explanation: "expected 30, got several: 30, 60",
  });
  expect(scoreOf("30", "30, that is 30.0", { pick: "only" })).toMatchObject({ value: 1 });
  expect(scoreOf("30", "30 and again 30", { pick: "only" })).toMatchObject({ value: 1 });
});

test("a number that is said to be the answer is it, wherever it stands", () => {
  for (const text of [
    "The answer is 30. See section 4.",
    "#### 30\n(4 lines)",
    "\\boxed{30}, as 4 says",
    "Answer: 30 (p. 4)",
  ])
    expect(scoreOf("30", text)).toMatchObject({ value: 1 });
});

test.each([
  ["**Answer**: 42 (95% sure)", "42"],
  ["**Answer**: 30 days (section 4)", "30"],
  ["**Final Answer**\n30\n\nSection 4", "30"],
  ["## Answer\n30 (2 sources)", "30"],
  ["The correct answer would be 42, see 7", "42"],
  ["The answer should be 42, see 7", "42"],
  ["The answer must be 42, see 7", "42"],
])("%j says that the answer is %s", (text, target) => {
  expect(scoreOf(target, text)).toMatchObject({ value: 1 });
});

test.each([
  ["The answer is not 41 but 42", "42", "41"],
  ["The answer is not 20 days, it is 30.", "30", "20"],
  ["The correct answer would be 42, not 43", "42", "43"],
  ["It isn't **41**, it is 42.", "42", "41"],
  ["42 rather than 41", "42", "41"],
])("what %j denies is not the answer", (text, right, wrong) => {
  expect(scoreOf(right, text)).toMatchObject({ value: 1 });
  expect(scoreOf(wrong, text)).toMatchObject({ value: 0 });
});

test("an answer that only denies a number has none", () => {
  expect(scoreOf("41", "The answer is not 41.")).toEqual({
    value: 0,
    explanation: "expected 41, got no such number",
  });
});

test("signs in words and vulgar fractions are read in targets too", () => {
  expect(scoreOf("minus 5", "−5")).toMatchObject({ value: 1 });
  expect(scoreOf("minus 5", "5")).toMatchObject({ value: 0 });
  expect(scoreOf("-5 °C", "It is negative 5 degrees Celsius.")).toMatchObject({ value: 1 });
  expect(scoreOf("1½", "1.5")).toMatchObject({ value: 1 });
  expect(scoreOf("1½ cups", "1 cup")).toMatchObject({ value: 0 });
});

test("references and list numbers are passed over where there is another number", () => {
  expect(scoreOf("30", "1. Within 30 days [2]")).toMatchObject({ value: 1 });
  expect(scoreOf("2", "[2]")).toMatchObject({ value: 1 });
});

test("decimal commas are an option, and an answer that is right with them says so", () => {
  expect(scoreOf("1.234,5", "1.234,5", { decimal: "," })).toMatchObject({ value: 1 });
  expect(scoreOf("12.5", "12,5")).toEqual({
    value: 0,
    explanation: "expected 12.5, got 5 (of 12, 5) (right if , marks decimals)",
  });
});

test("an alternative is as good as the target, and there is nothing to say without one", () => {
  const scorer = number(Numeric.parse({ type: "number" }));
  const either = sample({ target: "30 days", alternatives: ["1 month"] });
  expect(scorer.score(either, answer("1 month"), unasked)).toMatchObject({ value: 1 });
  expect(scorer.score(sample({ target: "" }), answer("1"), unasked)).toBeNull();
  expect(scorer.score(sample({ answerable: false }), answer("1"), unasked)).toBeNull();
});

test.each([
  ["thirty days", "no number"],
  ["3 to 5 days", "2 numbers"],
  ["½", "no number"],
])("the target %j is a mistake of the job, not of the model", (target, happened) => {
  expect(() => scoreOf(target, "30")).toThrow(happened);
  const spec = Numeric.parse({ type: "number" });
  expect(numberMistake(spec, sample({ target: "30", alternatives: [target] }))).toMatchObject({
    happened: `sample s: the target ${JSON.stringify(target)} holds ${happened}`,
  });
  expect(numberMistake(spec, sample({ target, answerable: false }))).toBeNull();
});
