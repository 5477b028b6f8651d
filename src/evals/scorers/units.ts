/** Names of units as people write them, so that `30 d` is `30 days` and `30 hours` is not. Nothing is converted. */

interface Names {
  /** Capitals count: `mW` is not `MW`. The unit's own name here is one of them. */
  readonly symbols?: readonly string[];
  /** Singular, in British spelling, with `/` for "per". Capitals do not count. */
  readonly words?: readonly string[];
}

const prefixes: Readonly<Record<string, string>> = {
  ...{ n: "nano", µ: "micro", m: "milli", c: "centi", d: "deci", h: "hecto" },
  ...{ k: "kilo", M: "mega", G: "giga", T: "tera", P: "peta" },
};

/** A unit and its multiples: `W` and `watt`, `kW` and `kilowatt`. The first of the symbols is the name. */
function multiples(of: string, symbols: readonly string[], words: readonly string[]): Record<string, Names> {
  const withPrefix = (short: string, long: string): [string, Names] => [
    short + symbols[0],
    { symbols: symbols.map((symbol) => short + symbol), words: words.map((word) => long + word) },
  ];
  return Object.fromEntries([withPrefix("", ""), ...[...of].map((prefix) => withPrefix(prefix, prefixes[prefix]!))]);
}

const currencies: Readonly<Record<string, Names>> = {
  $: { words: ["dollar", "buck"] },
  usd: { symbols: ["US$"], words: ["us dollar", "american dollar"] },
  cad: { symbols: ["C$", "CA$"], words: ["canadian dollar"] },
  aud: { symbols: ["A$", "AU$"], words: ["australian dollar"] },
  hkd: { symbols: ["HK$"], words: ["hong kong dollar"] },
  eur: { symbols: ["€"], words: ["euro"] },
  gbp: { symbols: ["£"], words: ["pound sterling", "british pound", "quid"] },
  chf: { words: ["franc", "swiss franc"] },
  "¥": {},
  jpy: { words: ["yen"] },
  cny: { words: ["yuan", "renminbi", "rmb"] },
  inr: { symbols: ["₹"], words: ["rupee"] },
  krw: { symbols: ["₩"] },
  pound: { words: ["pound"] },
  cent: { symbols: ["¢"], words: ["cent"] },
  penny: { words: ["penny", "pence"] },
};

/** Common units, by the name that each has here. */
const units: Readonly<Record<string, Names>> = {
  ...currencies,
  "%": { words: ["percent", "per cent", "pct"] },
  "‰": { words: ["permille", "per mille", "per mil"] },
  ns: { words: ["nanosecond"] },
  µs: { symbols: ["us"], words: ["microsecond"] },
  ms: { symbols: ["msec"], words: ["millisecond"] },
  s: { symbols: ["sec"], words: ["second"] },
  min: { words: ["minute"] },
  h: { symbols: ["hr"], words: ["hour"] },
  day: { symbols: ["d"], words: ["day"] },
  week: { symbols: ["wk"], words: ["week"] },
  month: { symbols: ["mo"], words: ["month"] },
  year: { symbols: ["yr"], words: ["year"] },
  ...multiples("nµmcdk", ["m"], ["metre"]),
  inch: { symbols: ["in"], words: ["inch", "inches"] },
  foot: { symbols: ["ft"], words: ["foot", "feet"] },
  yard: { symbols: ["yd"], words: ["yard"] },
  mile: { symbols: ["mi"], words: ["mile"] },
  nmi: { words: ["nautical mile"] },
  ...multiples("nµmk", ["g"], ["gram"]),
  kg: { words: ["kilogram", "kilo"] },
  t: { words: ["tonne", "metric ton"] },
  ton: { words: ["ton"] },
  lb: { symbols: ["lbs"] },
  oz: { words: ["ounce"] },
  "°C": { symbols: ["ºC", "℃", "C"], words: ["celsius", "degree celsius", "degree c", "centigrade"] },
  "°F": { symbols: ["ºF", "℉", "F"], words: ["fahrenheit", "degree fahrenheit", "degree f"] },
  K: { words: ["kelvin"] },
  "°": { symbols: ["º"], words: ["degree"] },
  ...multiples("µmcd", ["l", "L"], ["litre"]),
  gallon: { symbols: ["gal"], words: ["gallon"] },
  quart: { symbols: ["qt"], words: ["quart"] },
  pint: { words: ["pint"] },
  cup: { words: ["cup"] },
  "fl oz": { words: ["fluid ounce"] },
  tbsp: { words: ["tablespoon"] },
  tsp: { words: ["teaspoon"] },
  "cm³": { symbols: ["cc"], words: ["cubic centimetre"] },
  "m³": { words: ["cubic metre", "cu m"] },
  "ft³": { words: ["cubic foot", "cubic feet", "cu ft"] },
  "mm²": { words: ["square millimetre"] },
  "cm²": { words: ["square centimetre", "sq cm"] },
  "m²": { symbols: ["sqm"], words: ["square metre", "sq m"] },
  "km²": { words: ["square kilometre", "sq km"] },
  "ft²": { symbols: ["sqft"], words: ["square foot", "square feet", "sq ft"] },
  "mi²": { words: ["square mile", "sq mi"] },
  acre: { words: ["acre"] },
  ha: { words: ["hectare"] },
  "m/s": { words: ["metre/second"] },
  "km/s": { words: ["kilometre/second"] },
  "km/h": { symbols: ["kmh", "kph"], words: ["km/hour", "kilometre/hour"] },
  mph: { words: ["mile/hour"] },
  knot: { words: ["knot"] },
  ...multiples("mkMG", ["J"], ["joule"]),
  ...multiples("k", ["cal"], ["calorie"]),
  btu: { words: ["btu"] },
  ...multiples("kMGT", ["Wh"], ["watt hour"]),
  ...multiples("mkMGT", ["W"], ["watt"]),
  hp: { words: ["horsepower"] },
  ...multiples("µmkM", ["V"], ["volt"]),
  ...multiples("nµmk", ["A"], ["ampere", "amp"]),
  // The second symbol is Unicode's own sign for ohm.
  ...multiples("mkMG", ["Ω", "\u2126"], ["ohm"]),
  ...multiples("mhkMG", ["Pa"], ["pascal"]),
  ...multiples("m", ["bar"], ["bar"]),
  psi: {},
  ...multiples("nµmk", ["mol"], ["mole"]),
  ...multiples("kMGT", ["Hz"], ["hertz"]),
  ...multiples("kMGT", ["bit", "b"], ["bit"]),
  ...multiples("kMGTP", ["B"], ["byte"]),
  // By `kb` people nearly always mean bytes.
  kB: { symbols: ["KB", "kb"], words: ["kilobyte"] },
  MB: { symbols: ["mb"], words: ["megabyte"] },
  GB: { symbols: ["gb"], words: ["gigabyte"] },
  TB: { symbols: ["tb"], words: ["terabyte"] },
  KiB: { words: ["kibibyte"] },
  MiB: { words: ["mebibyte"] },
  GiB: { words: ["gibibyte"] },
  TiB: { words: ["tebibyte"] },
  ...multiples("kMGT", ["bit/s", "b/s", "bps"], ["bit/second"]),
  ...multiples("kMGT", ["B/s", "Bps"], ["byte/second"]),
};

/** Names that may mean one of several units. */
const eitherOf: Readonly<Record<string, readonly string[]>> = {
  $: ["usd", "cad", "aud", "hkd"],
  "¥": ["jpy", "cny"],
  pound: ["lb", "gbp"],
  ton: ["t"],
  oz: ["fl oz"],
  "°": ["°C", "°F"],
};

const bySymbol = new Map<string, string>();
const byWord = new Map<string, string>();
/** By symbols in small letters; null where several units have them. A single letter is never taken for its capital. */
const bySmallLetters = new Map<string, string | null>();
for (const [unit, { symbols = [], words = [] }] of Object.entries(units)) {
  for (const word of words) byWord.set(wordOf(word), unit);
  for (const symbol of [unit, ...symbols]) {
    bySymbol.set(symbol, unit);
    const small = symbol.toLowerCase();
    const isClear = !bySmallLetters.has(small) || bySmallLetters.get(small) === unit;
    if (symbol.length > 1) bySmallLetters.set(small, isClear ? unit : null);
  }
}
// The pronoun and the country are no microseconds.
bySmallLetters.set("us", null);

/** In small letters, singular, in British spelling, with `/` for "per". */
function wordOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/\s?\bper\b\s?/g, "/")
    .replace(/[\s-]+/g, " ")
    .replace(/(?<=\p{L}{3})s(?!\p{L})/gu, "")
    .replace(/(met|lit)er(?!\p{L})/gu, "$1re");
}

/** The unit that has the name; null for any other word. */
export function knownUnit(name: string): string | null {
  // NFKC makes one of the two signs for micro, and would do it the other way round.
  const plain = name
    .replaceAll("μ", "µ")
    .replace(/\^?2$/, "²")
    .replace(/\^?3$/, "³")
    .replace(/^([°º])\s/, "$1");
  return bySymbol.get(plain) ?? byWord.get(wordOf(plain)) ?? bySmallLetters.get(plain.toLowerCase()) ?? null;
}

/** One name for each unit of the list; any other word is its own unit, without the `s` of a plural. */
export const unitOf = (word: string): string => knownUnit(word) ?? wordOf(word);

/** Whether the word is certainly a unit, and not just what comes next in a sentence. */
export const isKnownUnit = (unit: string): boolean => Object.hasOwn(units, unit);

export const isCurrency = (unit: string): boolean => Object.hasOwn(currencies, unit);

/** Whether two names may mean one unit: `$` and `usd`, `pound` and `lb`. */
export function isSameUnit(one: string, other: string): boolean {
  const meant = (unit: string) => [unit, ...(eitherOf[unit] ?? [])];
  return meant(one).some((unit) => meant(other).includes(unit));
}

/** `USD`, `EUR` */
export const currencyCodes: readonly string[] = Object.keys(currencies)
  .filter((unit) => /^[a-z]{3}$/.test(unit))
  .map((unit) => unit.toUpperCase());
