export function parseScript(text) {
  const mark = text.indexOf("?");
  return mark < 0
    ? { name: text, settings: new URLSearchParams() }
    : { name: text.slice(0, mark), settings: new URLSearchParams(text.slice(mark + 1)) };
}
/** A number among the settings. */
export function setting(script, name, otherwise) {
  const value = Number(script.settings.get(name) ?? Number.NaN);
  return Number.isFinite(value) ? value : otherwise;
}
