/** The gradient of a function without any calculus: (f(x + step) − f(x − step)) / (2 · step), entry by entry. */
export async function centralDifferences(
  f: (x: Float64Array) => Promise<number>,
  x: Float64Array,
  step = 1e-5,
): Promise<Float64Array> {
  const gradient = new Float64Array(x.length);
  for (const [entry, value] of x.entries()) {
    const above = await f(x.with(entry, value + step));
    const below = await f(x.with(entry, value - step));
    gradient[entry] = (above - below) / (2 * step);
  }
  return gradient;
}
