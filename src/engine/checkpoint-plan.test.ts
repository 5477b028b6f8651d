import { expect, test } from "vitest";
import { checkpointPositions } from "./checkpoint-plan.ts";

const cold = { from: 0, to: 2_048, borders: [], branch: null, most: 64 };

test("the last tokens have a checkpoint every 32, the others every 512, and the last one of all is kept apart", () => {
  const positions = checkpointPositions(cold);
  expect(positions).toEqual([512, 1024, 1536, 1792, 1824, 1856, 1888, 1920, 1952, 1984, 2016, 2047]);
});

test("a question of 20 tokens can change at the cost of at most 32 more", () => {
  for (let to = 300; to < 700; to++) {
    const reusable = checkpointPositions({ ...cold, to }).filter((position) => position <= to - 20);
    expect(to - 20 - Math.max(...reusable)).toBeLessThan(32);
  }
});

test("messages have one where they begin: the first two, and the last four", () => {
  const borders = [0, 100, 200, 300, 400, 500, 600, 700];
  const positions = checkpointPositions({ ...cold, borders });
  expect(positions).toEqual(expect.arrayContaining([100, 400, 500, 600, 700]));
  expect(positions).not.toContain(200);
});

test("control tokens that stand side by side share one", () => {
  const positions = checkpointPositions({ ...cold, borders: [100, 101, 104, 300] });
  expect(positions).toEqual(expect.arrayContaining([100, 300]));
  expect(positions).not.toContain(101);
});

test("the point where a known prompt was left has one", () => {
  expect(checkpointPositions({ ...cold, branch: 777 })).toContain(777);
});

test("nothing is planned for what is in the cache, nor behind the prompt", () => {
  expect(checkpointPositions({ ...cold, from: 2_040, borders: [3_000] })).toEqual([2_047]);
  expect(checkpointPositions({ ...cold, to: 1 })).toEqual([]);
});

test("a very long prompt has no more of them", () => {
  expect(checkpointPositions({ ...cold, to: 131_072 }).length).toBeLessThan(48);
});

test("where there is room for few, they stand where most prompts part", () => {
  const plan = { ...cold, borders: [0, 1_990, 2_040], branch: 1_700 };
  expect(checkpointPositions({ ...plan, most: 2 })).toEqual([1_700, 1_990]);
  expect(checkpointPositions({ ...plan, most: 4 })).toEqual([1_700, 1_952, 1_990, 2_047]);
});
