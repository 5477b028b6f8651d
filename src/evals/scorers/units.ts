/** Names of units as people write them, so that `30 d` is `30 days` and `30 hours` is not. Nothing is converted. */

const spellings: Readonly<Record<string, readonly string[]>> = {
  "%": ["percent", "pct"],
  usd: ["$", "us$", "dollar"],
  eur: ["€", "euro"],
  gbp: ["£"],
  jpy: ["¥", "yen"],
  inr: ["₹", "rupee"],
  µs: ["us", "microsecond"],
  ms: ["msec", "millisecond"],
  s: ["sec", "second"],
  min: ["minute"],
  h: ["hr", "hour"],
  day: ["d"],
  week: ["wk"],
  month: ["mo"],
  year: ["yr"],
  mm: ["millimetre", "millimeter"],
  cm: ["centimetre", "centimeter"],
  m: ["metre", "meter"],
  km: ["kilometre", "kilometer"],
  mg: ["milligram"],
  g: ["gram"],
  kg: ["kilogram"],
  byte: [],
  kb: ["kilobyte"],
  mb: ["megabyte"],
  gb: ["gigabyte"],
  tb: ["terabyte"],
  kib: [],
  mib: [],
  gib: [],
};

const known = new Map(
  Object.entries(spellings).flatMap(([unit, others]) => [unit, ...others].map((spelling) => [spelling, unit] as const)),
);

/** One name for each unit of the list; any other word is its own unit, without the `s` of a plural. */
export function unitOf(word: string): string {
  // NFKC makes one of the two signs for micro, and would do it the other way round.
  const lower = word.toLowerCase().replaceAll("μ", "µ");
  const singular = lower.length > 3 && lower.endsWith("s") ? lower.slice(0, -1) : lower;
  return known.get(lower) ?? known.get(singular) ?? singular;
}

/** Whether the word is certainly a unit, and not just what comes next in a sentence. */
export const isKnownUnit = (unit: string): boolean => Object.hasOwn(spellings, unit);
