import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readingSpecimens, specimens } from "./catalog.ts";

test("every calibration specimen warns that its answers are noise", () => {
  const calibration = specimens.filter(({ kind }) => kind === "calibration specimen");
  expect(calibration.map(({ name, attention }) => `${name}: ${attention}`)).toEqual([
    "mha: MHA",
    "gqa: GQA",
    "mqa: MQA",
    "mla: MLA",
    "mla-moe: MLA",
    "dsa: DSA",
    "csa-hca: CSA/HCA",
    "kda: KDA + MLA",
    "swa: sliding window",
  ]);
  for (const { notice, trainedContextTokens } of calibration) {
    expect(notice).toMatch(/untrained, random weights.* answers are noise/i);
    expect(trainedContextTokens).toBeNull();
  }
});

test("no two specimens share a name", () => {
  expect(new Set(specimens.map(({ name }) => name)).size).toBe(specimens.length);
});

describe("reading specimens", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "trained-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const card = {
    kind: "trained specimen",
    attention: "MLA",
    summary: "A two-layer reader",
    trainedContextTokens: 512,
    trainedFor: "1300 steps",
  };

  test("are the readers with a card, and say what they are and what they were trained for", async () => {
    await writeFile(join(folder, "reader-mla.gguf"), "");
    await writeFile(join(folder, "reader-mla.json"), JSON.stringify(card));
    await writeFile(join(folder, "reader-without-card.gguf"), "");
    await writeFile(join(folder, "other.gguf"), "");
    const found = readingSpecimens(folder);
    expect(found).toMatchObject([
      { name: "reader-mla", kind: "trained specimen", attention: "MLA", trainedContextTokens: 512 },
    ]);
    expect(found[0]!.notice).toMatch(/^A two-layer reader\. .*512 tokens/);
  });

  test("are none where there is no folder", () => {
    expect(readingSpecimens(join(folder, "nowhere"))).toEqual([]);
  });

  test("name the card that is not one", async () => {
    await writeFile(join(folder, "reader-mla.gguf"), "");
    await writeFile(join(folder, "reader-mla.json"), JSON.stringify({ ...card, trainedContextTokens: "long" }));
    expect(() => readingSpecimens(folder)).toThrow(/reader-mla\.json/);
  });
});
