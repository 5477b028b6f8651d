/** Sums that a source prints, worked out: numbers, + - * / and brackets, nothing else. */

/**
 * @param expression  e.g. `(2.664 + 0.119) * 1000000`, or `2.783e6`
 * @throws SyntaxError where it is not a sum; a division by zero gives Infinity or NaN, as in JavaScript
 */
export function evaluate(expression: string): number {
  const tokens = expression.match(/(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?|[-+*/()]|\S/g) ?? [];
  let next = 0;
  const take = () => tokens[next++];

  function sum(): number {
    let value = product();
    while (tokens[next] === "+" || tokens[next] === "-") value = take() === "+" ? value + product() : value - product();
    return value;
  }
  function product(): number {
    let value = factor();
    while (tokens[next] === "*" || tokens[next] === "/") value = take() === "*" ? value * factor() : value / factor();
    return value;
  }
  function factor(): number {
    const token = take();
    if (token === "-") return -factor();
    if (token === "(") {
      const value = sum();
      if (take() !== ")") throw new SyntaxError(`a bracket is not closed in ${expression}`);
      return value;
    }
    if (token === undefined || !/^[\d.]/.test(token))
      throw new SyntaxError(`expected a number where ${token ?? "the end"} is in ${expression}`);
    return Number(token);
  }

  const value = sum();
  if (next < tokens.length) throw new SyntaxError(`${tokens[next]} is too much in ${expression}`);
  return value;
}
