import fc from "fast-check";
import { expect, test } from "vitest";
import { addDays, begunBy, daysBetween, firstDay, lastDay, PartialDate } from "./day.ts";

const day = fc
  .date({ min: new Date("2000-01-01"), max: new Date("2099-12-31"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const partial = fc.tuple(day, fc.constantFrom(4, 7, 10)).map(([full, length]) => full.slice(0, length));

test("a month or year spans its days", () => {
  expect([firstDay("2024"), lastDay("2024")]).toEqual(["2024-01-01", "2024-12-31"]);
  expect([firstDay("2024-02"), lastDay("2024-02")]).toEqual(["2024-02-01", "2024-02-29"]);
  expect(daysBetween("2024-10", "2025-02-22")).toEqual({ atLeast: 114, atMost: 144 });
});

test("a day lies in every month and year cut from it", () => {
  fc.assert(
    fc.property(day, fc.constantFrom(4, 7, 10), (full, length) => {
      const date = full.slice(0, length);
      expect(firstDay(date) <= full && full <= lastDay(date)).toBe(true);
    }),
  );
});

test("what is known of a distance holds for every day that the dates can mean", () => {
  fc.assert(
    fc.property(day, day, fc.constantFrom(4, 7, 10), fc.constantFrom(4, 7, 10), (from, to, a, b) => {
      const days = (Date.parse(to) - Date.parse(from)) / 86_400_000;
      const { atLeast, atMost } = daysBetween(from.slice(0, a), to.slice(0, b));
      expect(atLeast <= days && days <= atMost).toBe(true);
    }),
  );
});

test("days are added over months and leap years", () => {
  expect(addDays("2024-02-28", 2)).toBe("2024-03-01");
  fc.assert(
    fc.property(day, fc.nat(5000), (from, days) => {
      expect(daysBetween(from, addDays(from, days))).toEqual({ atLeast: days, atMost: days });
    }),
  );
});

test("a date has begun once its first day has", () => {
  fc.assert(fc.property(partial, day, (date, on) => begunBy(date, on) === firstDay(date) <= on));
  expect(begunBy("2026", "2026-11-24")).toBe(true);
  expect(begunBy("2026-12", "2026-11-24")).toBe(false);
});

test("days that do not exist are refused", () => {
  for (const date of ["2026-02-30", "2026-13", "26-01-01", "2026-1-1", "", "yesterday"])
    expect(PartialDate.safeParse(date).success, date).toBe(false);
  fc.assert(fc.property(partial, (date) => PartialDate.safeParse(date).success));
});
