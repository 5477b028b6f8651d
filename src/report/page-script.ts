/**
 * What the page's drill-down runs: plain JavaScript, kept as text because it goes into the page as it is. Everything
 * that a model or a server wrote reaches the page through `textContent`, and so can never become markup.
 */
export const pageScript = `"use strict";
(() => {
const data = JSON.parse(document.getElementById("trial-data").textContent);
const root = document.getElementById("trials");
const app = document.getElementById("trial-app");
const list = document.getElementById("trial-list");
const status = document.getElementById("trial-status");
const pick = { candidate: document.getElementById("pick-candidate"), cell: document.getElementById("pick-cell"), verdict: document.getElementById("pick-verdict"), depth: document.getElementById("pick-depth") };
const [before, after] = [document.getElementById("page-before"), document.getElementById("page-after")];
const pageSize = 25;
const dash = "\\u2014";
let page = 0;

const make = (tag, className, text) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined && text !== null) element.textContent = text;
  return element;
};
const count = (value) => value === null ? dash : value.toLocaleString("en");
const ms = (value) => value === null ? dash : value < 1000 ? Number(value.toPrecision(3)) + " ms" : Number((value / 1000).toPrecision(3)) + " s";
const bytes = (value) => value === null ? dash : value < 1e3 ? value + " B" : value < 1e6 ? (value / 1e3).toPrecision(3) + " KB" : value < 1e9 ? (value / 1e6).toPrecision(3) + " MB" : (value / 1e9).toPrecision(3) + " GB";
const usd = (value) => value === null ? dash : value === 0 ? "$0" : value < 1e-6 ? "<$0.000001" : "$" + value.toFixed(Math.max(2, 2 - Math.floor(Math.log10(value))));
const depthName = (depth) => depth === null ? "no answer" : "depth " + Math.round(depth * 100) + "%";
/* Of a question that no line answers, too, where others have one. */
const hasDepths = data.trials.some((trial) => trial.depth !== null);
const unpack = (runs) => {
  let text = "";
  for (let index = 0; index < runs.length; index += 2) text += data.lines.slice(runs[index], runs[index] + runs[index + 1]).join("");
  return text;
};

const option = (select, value, text) => { const item = make("option", "", text); item.value = value; select.append(item); };
data.candidates.forEach((name, index) => option(pick.candidate, index, name));
data.cells.forEach((name, index) => option(pick.cell, index, name));
[...new Set(data.trials.map((trial) => trial.depth))].sort((a, b) => (a === null) - (b === null) || a - b).forEach((depth) => option(pick.depth, depth === null ? "none" : depth, depthName(depth)));
pick.depth.parentElement.hidden = !hasDepths;

const chosen = () => data.trials.filter((trial) =>
  (pick.candidate.value === "" || trial.candidate === Number(pick.candidate.value)) &&
  (pick.cell.value === "" || trial.cell === Number(pick.cell.value)) &&
  (pick.verdict.value === "" || trial.verdict === pick.verdict.value) &&
  (pick.depth.value === "" || (pick.depth.value === "none" ? trial.depth === null : trial.depth === Number(pick.depth.value))));

function show() {
  const trials = chosen();
  const pages = Math.max(1, Math.ceil(trials.length / pageSize));
  page = Math.min(page, pages - 1);
  const first = page * pageSize;
  const shown = trials.slice(first, first + pageSize);
  list.replaceChildren(...shown.map(row));
  status.textContent = trials.length === 0 ? "No trial matches." : "Trials " + (first + 1) + "\\u2013" + (first + shown.length) + " of " + count(trials.length);
  before.disabled = page === 0;
  after.disabled = page >= pages - 1;
}

function row(trial, index) {
  const item = make("li");
  const button = make("button", "row");
  button.type = "button";
  button.setAttribute("aria-expanded", "false");
  const id = "trial-detail-" + index;
  button.setAttribute("aria-controls", id);
  button.append(
    make("span", "verdict " + trial.verdict, trial.verdict),
    make("span", "", data.candidates[trial.candidate]),
    make("span", "sub", [data.cells[trial.cell], hasDepths ? depthName(trial.depth) : ""].filter(Boolean).join(", ")),
    make("span", "sub", trial.failure ? trial.failure.class : trial.answer === null ? dash : trial.answer.replaceAll(/\\s+/g, " ").slice(0, 120)));
  const detail = make("div", "detail");
  detail.id = id;
  detail.hidden = true;
  button.addEventListener("click", () => {
    const open = detail.hidden;
    detail.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (open && detail.childNodes.length === 0) { fill(detail, trial); reveal(detail); }
  });
  item.append(button, detail);
  return item;
}

function fill(detail, trial) {
  const answers = make("div", "two");
  answers.append(block(trial.answerable ? "Expected" : "Expected (no line answers)", trial.target ?? dash), block("Answer", trial.answer ?? dash));
  detail.append(answers);
  if (trial.failure) detail.append(block("Failure: " + trial.failure.class, trial.failure.message));
  if (trial.reasoning) detail.append(block("Reasoning", trial.reasoning));
  const numbers = make("div", "two");
  numbers.append(
    facts("Tokens", [["uncached input", count(trial.usage.uncachedInput)], ["read from cache", count(trial.usage.cacheRead) + " (expected " + count(trial.usage.expectedCacheRead) + ")" + (trial.usage.inferredHit === null ? "" : ", " + trial.usage.inferredHit)], ["written to cache", count(trial.usage.cacheWrite)], ["output", count(trial.usage.output)], ["of it reasoning", count(trial.usage.reasoning)]]),
    facts("Measured", [["TTFT", ms(trial.ttftMs)], ["first content", ms(trial.firstContentMs)], ["E2E", ms(trial.e2eMs)], ["decoding", trial.tokensPerSecond === null ? dash : Number(trial.tokensPerSecond.toPrecision(3)) + " tokens/s"], ["KV cache", bytes(trial.kvCacheBytes)], ["cost", usd(trial.costUsd)], ["calls made", count(trial.attempts)], ["finish reason", trial.finishReason ?? dash]]));
  if (trial.scores.length > 0) detail.append(facts("Scores", trial.scores.map((score) => [score.name, score.value + (score.explanation ? ": " + score.explanation : "")])));
  detail.append(numbers, facts("Trial", [["id", trial.id], ["sample", trial.sample]]));
  for (const turn of trial.prompt) detail.append(promptBlock(turn, trial));
}

function block(title, text) {
  const part = make("div");
  part.append(make("h4", "", title), scrollable(make("pre", "", text), title));
  return part;
}

function facts(title, pairs) {
  const part = make("div");
  const names = make("dl");
  for (const [name, value] of pairs) names.append(make("dt", "", name), make("dd", "", value));
  part.append(make("h4", "", title), names);
  return part;
}

/* The line that states the answer is marked, and a line that the answer cites without it being that one. */
function promptBlock(turn, trial) {
  const title = "Prompt: " + turn.role;
  const pre = make("pre");
  const wanted = trial.answerable && trial.target !== null ? trial.target.split("\\n").map((line) => line.trim()).filter(Boolean) : [];
  const cited = (trial.answer ?? "").match(/\\[\\d+\\]/g) ?? [];
  let plain = "";
  const flush = () => { if (plain) pre.append(plain); plain = ""; };
  for (const line of unpack(turn.text).split(/(?<=\\n)/)) {
    const bare = line.trimEnd();
    const className = wanted.some((target) => bare.endsWith(target)) ? "wanted" : cited.some((reference) => bare.endsWith(" " + reference)) ? "cited" : "";
    if (className === "") { plain += line; continue; }
    flush();
    pre.append(make("mark", className, bare), line.slice(bare.length));
  }
  flush();
  const part = make("div");
  part.append(make("h4", "", title), scrollable(pre, title));
  return part;
}

function scrollable(pre, name) {
  pre.tabIndex = 0;
  pre.setAttribute("role", "region");
  pre.setAttribute("aria-label", name);
  return pre;
}

function reveal(detail) {
  for (const mark of detail.querySelectorAll("mark")) {
    const pre = mark.closest("pre");
    if (pre.scrollHeight > pre.clientHeight && pre.scrollTop === 0) pre.scrollTop = Math.max(0, mark.offsetTop - pre.clientHeight / 2);
  }
}

function follow() {
  if (!location.hash.startsWith("#trials?")) return;
  const wanted = new URLSearchParams(location.hash.slice(8));
  for (const name of Object.keys(pick)) pick[name].value = wanted.get(name) ?? "";
  page = 0;
  show();
  root.scrollIntoView();
  document.getElementById("trials-title").focus({ preventScroll: true });
}

for (const select of Object.values(pick)) select.addEventListener("change", () => { page = 0; show(); });
document.getElementById("pick-clear").addEventListener("click", () => { for (const select of Object.values(pick)) select.value = ""; page = 0; show(); });
before.addEventListener("click", () => { page--; show(); });
after.addEventListener("click", () => { page++; show(); });
addEventListener("hashchange", follow);
/* Clicking the same mark twice changes no hash. */
document.addEventListener("click", (event) => {
  const link = event.target.closest && event.target.closest('a[href^="#trials?"]');
  if (link && link.getAttribute("href") === location.hash) { event.preventDefault(); follow(); }
});
document.getElementById("no-script").hidden = true;
app.hidden = false;
show();
follow();
})();
`;
