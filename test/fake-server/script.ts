/**
 * What the server shall do with a request: a name and settings, written like `answer?tokens=50&paceMs=5`. It stands in the
 * `x-fake-script` header, or is the model name of the request; a model name that is no script gets the default.
 */
export interface Script {
  readonly name: string;
  readonly settings: URLSearchParams;
}

export function parseScript(text: string): Script {
  const mark = text.indexOf("?");
  return mark < 0
    ? { name: text, settings: new URLSearchParams() }
    : { name: text.slice(0, mark), settings: new URLSearchParams(text.slice(mark + 1)) };
}

/** A number among the settings. */
export function setting(script: Script, name: string, otherwise: number): number {
  const value = Number(script.settings.get(name) ?? Number.NaN);
  return Number.isFinite(value) ? value : otherwise;
}
