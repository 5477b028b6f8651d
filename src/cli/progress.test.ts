import { expect, test } from "vitest";
import type { Io } from "./command.ts";
import { progressBar } from "./progress.ts";

/** The line that is drawn at a width. */
function drawn(width: number, title: string, remark?: string): string {
  const lines: (string | null)[] = [];
  const io = { width, progress: (text: string | null) => lines.push(text) } as unknown as Io;
  progressBar(io, title).update(0.5, remark);
  return lines[0]!;
}

const title = "Muon's attention logits with and without QK-Clip";
const remark = "13 of 112 trials · CPU 1 h 25 min";

test("where there is room the title stands before the remark", () => {
  expect(drawn(120, title, remark)).toMatch(
    /━ *─+ {2}50 % {2}Muon's attention .* · 13 of 112 trials · CPU 1 h 25 min$/,
  );
});

test.each([60, 70, 80])(
  "at %d columns the title goes, and then the end of the remark, never half of a number",
  (width) => {
    const line = drawn(width, title, remark);
    expect(line.length).toBeLessThan(width);
    expect(line).not.toContain("Muon");
    expect(line).toMatch(width === 60 ? /% {2}13 of 112 trials$/ : /% {2}13 of 112 trials · CPU 1 h 25 min$/);
  },
);

test("a title alone is cut to the width", () => {
  expect(drawn(60, title)).toMatch(/% {2}Muon's attention logits wi/);
  expect(drawn(60, title)).toHaveLength(59);
});
