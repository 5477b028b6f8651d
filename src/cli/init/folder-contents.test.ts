import { expect, test } from "vitest";
import { folderOf } from "../../../test/made-files/imported.ts";
import { contentsOf, patternFor } from "./folder-contents.ts";

const messages = [{ role: "user", content: "Hello" }];

test("documents and files of questions are told apart, by what their first line is", () => {
  const folder = folderOf({
    "README.md": "# Read me",
    "handbook/a.md": "a",
    "handbook/deep/b.pdf": "%PDF",
    "node_modules/p/README.md": "no",
    ".hidden/c.md": "no",
    "prices.csv": "sku,price\nA,1\n",
    "questions.csv": 'id,"input",target\n1,What?,That\n',
    "promptfooconfig.yaml": "prompts: []",
    "batch.jsonl": [{ custom_id: "1", method: "POST", url: "/v1/chat/completions", body: { messages } }],
    "chat.jsonl": [{ messages, tools: [] }],
    "requests.jsonl": [{ messages, model: "kimi-k2", temperature: 0 }],
    "evals.jsonl": [{ input: messages, ideal: "Hello" }],
    "samples.jsonl": [{ input: "What?", target: "That" }],
    "inspect.jsonl": [{ input: "What?", choices: ["A", "B"], target: "A" }],
    "long.jsonl": [{ context: "…", question: "?", choice_A: "a" }],
    "log.jsonl": [{ level: "info" }],
    "broken.jsonl": "{",
    "empty.jsonl": "",
  });
  const { documents, questions } = contentsOf(folder);
  expect(documents).toEqual(["README.md", "prices.csv", "handbook/a.md", "handbook/deep/b.pdf"]);
  expect(Object.fromEntries(questions.map(({ path, from }) => [path, from]))).toEqual({
    "promptfooconfig.yaml": "promptfoo",
    "batch.jsonl": "openai-batch",
    "chat.jsonl": "chat",
    "requests.jsonl": "k2vv",
    "evals.jsonl": "chat",
    "samples.jsonl": "samples",
    "inspect.jsonl": "inspect",
    "long.jsonl": "longbench-v2",
    "questions.csv": "samples",
  });
});

test.each([
  [[], null],
  [["a.md", "b.md"], "*.md"],
  [["README.md", "handbook/a.md"], "handbook/*.md"],
  [["a.md", "docs/a.md", "docs/x/b.pdf"], "docs/**/*.{md,pdf}"],
])("the pattern for %j is %s", (documents, pattern) => {
  expect(patternFor(documents)).toBe(pattern);
});
