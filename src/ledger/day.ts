/** Dates as sources give them: a day, a month or a year. What is not known is not filled in. */
import { z } from "zod";

/** `2026-04-24`, `2026-04` or `2026`. */
export const PartialDate = z
  .string("expected YYYY-MM-DD, YYYY-MM or YYYY")
  .regex(/^\d{4}(-\d{2}(-\d{2})?)?$/, "expected YYYY-MM-DD, YYYY-MM or YYYY")
  .refine((date) => isReal(date), "expected a day that exists");
export const Day = z.iso.date();

/** The first day that a date can mean. */
export const firstDay = (date: string): string => (date + "-01-01".slice(date.length - 4)).slice(0, 10);

/** The last day that a date can mean. */
export function lastDay(date: string): string {
  if (date.length === 10) return date;
  if (date.length === 4) return `${date}-12-31`;
  const [year, month] = date.split("-").map(Number);
  return isoDay(Date.UTC(year!, month!, 0));
}

/** True where the date has begun by the day; a month counts from its first day on, so that nothing known goes missing. */
export const begunBy = (date: string, day: string): boolean => firstDay(date) <= day;

export interface DayRange {
  readonly atLeast: number;
  readonly atMost: number;
}

/** Days from one date to another, as far as they are known. */
export const daysBetween = (from: string, to: string): DayRange => ({
  atLeast: dayNumber(firstDay(to)) - dayNumber(lastDay(from)),
  atMost: dayNumber(lastDay(to)) - dayNumber(firstDay(from)),
});

export const addDays = (day: string, days: number): string => isoDay((dayNumber(day) + days) * msPerDay);

const msPerDay = 86_400_000;
const dayNumber = (day: string) => Date.parse(day) / msPerDay;
const isoDay = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const isReal = (date: string) => {
  const day = firstDay(date);
  return !Number.isNaN(Date.parse(day)) && isoDay(Date.parse(day)) === day;
};
