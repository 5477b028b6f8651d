/**
 * What the server shall do with a request: a name and settings, written like `answer?tokens=50&paceMs=5`. It stands in the
 * `x-fake-script` header, or is the model name of the request; a model name that is no script gets the default.
 */
export interface Script {
  readonly name: string;
  readonly settings: URLSearchParams;
}
export declare function parseScript(text: string): Script;
/** A number among the settings. */
export declare function setting(script: Script, name: string, otherwise: number): number;
