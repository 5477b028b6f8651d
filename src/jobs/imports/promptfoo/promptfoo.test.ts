import { expect, test } from "vitest";
import { imported } from "../../../../test/made-files/imported.ts";
import { pdfOf } from "../../../../test/made-files/pdf.ts";

const spec = { from: "promptfoo", path: "promptfooconfig.yaml" } as const;
const importConfig = (config: string, files: Readonly<Record<string, unknown>> = {}) =>
  imported({ "promptfooconfig.yaml": config, ...files }, spec);
const asked = ({ samples }: Awaited<ReturnType<typeof imported>>) => samples.map(({ input }) => input);

// The prompts below are those that promptfoo 0.121.4 sent for these files to its provider `echo`.
test("prompts and tests are unfolded as promptfoo unfolds them", async () => {
  const found = await importConfig(
    `
prompts:
  - "Rephrase in {{ language }}: {{body}}"
  - file://prompts.txt
  - file://chat.json
providers: [openai:gpt-4.1-mini, "anthropic:messages:claude-sonnet-4-6", "http://localhost:8080"]
defaultTest:
  vars: { tone: calm }
tests:
  - vars: { language: [French, Dutch], body: file://body.txt }
  - vars: { language: "{{tone}} German", body: "a \\"quoted\\"\\ntext" }
    options: { prefix: "Now: ", suffix: "!" }
    prompts: ["Rephrase in {{ language }}: {{body}}"]
`,
    {
      "prompts.txt": "Translate {{body}} to {{language}}\n---\nSay {{body}} in a {{tone}} {{missing}}way\n",
      "chat.json": '[{"role": "system", "content": "You speak {{language}}"}, {"role": "user", "content": "{{body}}"}]',
      "body.txt": "Hello world\n",
    },
  );
  const ofTest1 = (language: string) => [
    `Rephrase in ${language}: Hello world`,
    `Translate Hello world to ${language}`,
    "Say Hello world in a calm way",
    [
      { role: "system", content: `You speak ${language}` },
      { role: "user", content: "Hello world" },
    ],
  ];
  expect(asked(found)).toEqual([
    ...ofTest1("French"),
    ...ofTest1("Dutch"),
    'Now: Rephrase in calm German: a "quoted"\ntext!',
  ]);
  expect(found.samples.map(({ id }) => id).slice(3, 6)).toEqual(["1.1, prompt 4", "1.2, prompt 1", "1.2, prompt 2"]);
  expect(new Set(found.samples.map(({ document }) => document))).toEqual(new Set(["test 1", "test 2"]));
  expect(found.candidates).toEqual(["openai/gpt-4.1-mini", "anthropic/claude-sonnet-4-6"]);
  expect(found.lost).toEqual(["provider http://localhost"]);
  expect(found.files.toSorted()).toEqual(["body.txt", "chat.json", "promptfooconfig.yaml", "prompts.txt"]);
});

test("assertions are scorers, the default test's first, with the test's vars in their values", async () => {
  const { samples, lost } = await importConfig(`
prompts: ["{{q}}"]
defaultTest: { assert: [{ type: icontains, value: "{{word}}" }] }
tests:
  - vars: { q: one, word: Refund }
    assert:
      - { type: equals, value: "30 days" }
      - { type: contains-any, value: "day, month" }
      - { type: not-contains, value: sorry }
      - { type: not-icontains, value: never, metric: politeness }
      - { type: regex, value: "\\\\d+ days" }
      - { type: starts-with, value: "30 (" }
      - type: is-json
        value: { type: object, required: [days] }
      - { type: llm-rubric, value: "Speaks of {{word}}", provider: "openai:gpt-4.1" }
      - type: assert-set
        assert: [{ type: contains-all, value: [a, b] }]
  - vars: { q: two, word: x }
    options: { disableDefaultAsserts: true }
`);
  expect(samples[0]).toMatchObject({
    target: "30 days",
    scorers: [
      { type: "contains", value: "Refund", caseSensitive: false },
      { type: "exact", caseSensitive: true, whiteSpace: "keep", punctuation: "keep" },
      { type: "contains-any", values: ["day", "month"], caseSensitive: true },
      { type: "contains-none", values: ["sorry"], caseSensitive: true },
      { type: "contains-none", name: "politeness", values: ["never"], caseSensitive: false },
      { type: "regex", pattern: "\\d+ days" },
      { type: "regex", name: "regex 2", pattern: "^30 \\(" },
      { type: "json-schema", schema: { type: "object", required: ["days"] } },
      { type: "judge", model: "openai/gpt-4.1", rubric: "Speaks of Refund" },
      { type: "contains-all", values: ["a", "b"], caseSensitive: true },
    ],
  });
  expect(samples[1]!.scorers).toBeUndefined();
  expect(lost).toEqual([]);
});

test("an assertion that would judge otherwise here is told and left out", async () => {
  const { samples, lost } = await importConfig(`
prompts: [hello]
tests:
  - assert:
      - { type: javascript, value: "output.length < 10" }
      - { type: similar, value: hi, threshold: 0.8 }
      - { type: not-equals, value: x }
      - { type: regex, value: "(?<=a)b" }
      - { type: llm-rubric, value: is polite }
      - { type: contains, value: "{{ x | upper }}" }
      - { type: equals, value: one, weight: 2 }
      - { type: equals, value: two }
      - { type: latency, threshold: 500 }
`);
  expect(samples[0]).toMatchObject({ target: "one", scorers: [{ type: "exact" }] });
  expect(lost).toEqual([
    "weight of an assertion",
    "assertion javascript",
    "assertion similar",
    "assertion not-equals",
    "assertion regex with lookaround or a backreference",
    "assertion llm-rubric: name a model with `judge:` in the import",
    "assertion contains: its value has logic in it",
    "a second text that the answer equals",
    "assertion latency",
  ]);
});

test("the judge that the job names stands over those of the config", async () => {
  const config = 'prompts: [a]\ntests: [{ assert: [{ type: llm-rubric, value: good, provider: "openai:gpt-4.1" }] }]\n';
  const { samples } = await imported({ "promptfooconfig.yaml": config }, { ...spec, judge: "deepseek/deepseek-chat" });
  expect(samples[0]!.scorers).toEqual([{ type: "judge", model: "deepseek/deepseek-chat", rubric: "good" }]);
});

// The columns of promptfoo's documentation: https://www.promptfoo.dev/docs/configuration/test-cases/#csv-with-assertions
test("a CSV's columns are vars, assertions, options and metadata", async () => {
  const csv = `question,__expected,__expected2,__suffix,__description,__metadata:tags[],__metadata:level,__threshold
"How long, please?",icontains: 30 days,"contains-any(0.5): day, month", Thanks.,window,"refund,shop\\, online",1,
Who?,Ann,,,,,,0.5
`;
  const { samples, lost } = await importConfig("prompts: ['{{question}}']\ntests: file://tests.csv\n", {
    "tests.csv": csv,
  });
  expect(samples).toMatchObject([
    {
      id: "1",
      input: "How long, please? Thanks.",
      scorers: [
        { type: "contains", value: "30 days", caseSensitive: false },
        { type: "contains-any", values: ["day", "month"] },
      ],
      metadata: { description: "window", tags: ["refund", "shop, online"], level: "1" },
    },
    { id: "2", input: "Who?", target: "Ann", scorers: [{ type: "exact" }] },
  ]);
  expect(lost).toEqual(["column __threshold"]);
});

test("tests come from YAML, JSON and JSON Lines, by path and by glob, with vars in files of their own", async () => {
  const files = {
    "tests/a.yaml": "- vars: { q: a }\n",
    "tests/b.json": '[{"vars": {"q": "b"}}]',
    "c.jsonl": [{ vars: { q: "c" } }, { vars: { q: "d" } }],
    "vars.yaml": "q: e\n",
  };
  const found = await importConfig(
    "prompts: ['{{q}}']\ntests: [tests/*, file://c.jsonl, { vars: file://vars.yaml }]\n",
    files,
  );
  expect(asked(found)).toEqual(["a", "b", "c", "d", "e"]);
});

test("every test of a scenario is asked with each of its configs, and $ref points into the file", async () => {
  const found = await importConfig(`
prompts: ["{{language}}: {{input}}"]
assertionTemplates: { short: { type: contains, value: ok } }
scenarios:
  - config: [{ vars: { language: French } }, { vars: { language: Dutch } }]
    tests:
      - { vars: { input: one }, assert: [{ $ref: "#/assertionTemplates/short" }] }
      - vars: { input: two }
`);
  expect(asked(found)).toEqual(["French: one", "French: two", "Dutch: one", "Dutch: two"]);
  expect(found.samples[2]!.scorers).toEqual([{ type: "contains", value: "ok", caseSensitive: true }]);
});

test("images, PDFs and YAML stand in vars as what they are", async () => {
  const found = await importConfig(
    `
prompts: [file://chat.yaml]
tests:
  - vars: { image: file://cat.png, paper: file://paper.pdf, data: file://data.yaml }
  - vars: { image: file://cat.png, paper: file://cat.png, data: none }
`,
    {
      "chat.yaml":
        "- role: user\n  content:\n    - { type: text, text: '{{paper}} {{data}}' }\n    - { type: image_url, image_url: { url: '{{image}}' } }\n",
      "cat.png": "not read before it is asked",
      "paper.pdf": await pdfOf(["The refund window is 30 days."]),
      "data.yaml": "a: [1, 2]\n",
    },
  );
  expect(asked(found)).toEqual([
    [
      {
        role: "user",
        content: [
          { type: "text", text: 'The refund window is 30 days. {"a":[1,2]}' },
          { type: "image", path: "cat.png" },
        ],
      },
    ],
  ]);
  expect(found.lost).toEqual(["sample left out: an image in place of a text"]);
});

test("settings that all models share are the samples', others are told by provider and key", async () => {
  const { samples, lost } = await importConfig(
    `
prompts: [hello]
providers:
  - id: openai:chat:gpt-4.1
    config:
      temperature: 0.2
      max_tokens: 100
      top_p: 0.5
      tools: [{ type: function, function: { name: f, parameters: { type: object } } }]
      response_format: { type: json_object }
      apiKey: "{{env.KEY}}"
  - openai:gpt-4.1-mini:
      config:
        temperature: 0.2
        max_tokens: 200
        tools: [{ type: function, function: { name: f, parameters: { type: object } } }]
        response_format: { type: json_object }
  - file://provider.yaml
  - python:provider.py
`,
    {
      "provider.yaml": `id: deepseek:deepseek-chat
config:
  temperature: 0.2
  tools: [{ type: function, function: { name: f, parameters: { type: object } } }]
  response_format: { type: json_object }
`,
    },
  );
  expect(samples[0]!.settings).toEqual({ temperature: 0.2 });
  expect(samples[0]).toMatchObject({
    tools: [{ name: "f", parameters: { type: "object" } }],
    responseFormat: { type: "json_object" },
  });
  expect(lost).toEqual([
    "provider python:provider.py",
    "setting max_tokens of openai/gpt-4.1, which not all providers share",
    "setting max_tokens of openai/gpt-4.1-mini, which not all providers share",
    "setting top_p of openai/gpt-4.1, which not all providers share",
    "setting apiKey of a provider",
  ]);
});

test("what one of several models is set to is nothing for the others", async () => {
  const { samples, lost } = await importConfig(`
prompts: [hello]
providers:
  - { id: "openai:gpt-4.1", config: { temperature: 0, tools: [{ type: function, function: { name: f } }] } }
  - deepseek:deepseek-chat
`);
  expect(samples[0]!.settings).toBeUndefined();
  expect(samples[0]!.tools).toBeUndefined();
  expect(lost).toEqual([
    "setting temperature of openai/gpt-4.1, which not all providers share",
    "setting tools of openai/gpt-4.1, which not all providers share",
  ]);
});

test("what programs make is told, not run", async () => {
  const { samples, lost } = await importConfig(`
prompts: [file://prompt.py, "exec:./prompt.sh", "{% if a %}x{% endif %}", "{{ a | upper }}", "fine {{a}}"]
tests: [file://tests.js, { vars: { a: file://var.js } }, { vars: { a: b }, options: { transform: output.trim() } }]
extensions: [file://hook.js]
`);
  expect(samples.map(({ input }) => input)).toEqual(["fine b"]);
  expect(lost).toEqual([
    "extensions of the config",
    "tests that a program makes (.js)",
    "a prompt that a program makes (.py)",
    "a prompt that a program makes",
    "sample left out: a var that a program makes",
    "option transform of a test",
    "sample left out: {% if %} in a template",
    "sample left out: {{ a | upper }}: a filter or an expression in a template",
  ]);
});

test("the environment is told, not read, in vars and in prompts", async () => {
  const { samples, lost } = await importConfig(`
prompts: ["say {{a}}", "{{ env.HOME }}: {{a}}"]
tests: [{ vars: { a: "at {{env.HOME}}" } }, { vars: { a: b } }, { vars: { a: "{{env}}", env: "ours, {{b}}" } }]
`);
  expect(samples.map(({ input }) => input)).toEqual(["say b", "say ours, {{b}}", ": ours, {{b}}"]);
  expect(lost).toEqual(["sample left out: {{ env.HOME }}: a variable of the environment"]);
});

test("a config in TypeScript or JSON is read like one in YAML", async () => {
  const config = { prompts: ["{{q}}"], tests: [{ vars: { q: "a" } }] };
  const json = await imported({ "promptfooconfig.json": config }, { from: "promptfoo", path: "promptfooconfig.json" });
  expect(asked(json)).toEqual(["a"]);
  const typed = { "promptfooconfig.ts": `const config: object = ${JSON.stringify(config)};\nexport default config;\n` };
  expect(asked(await imported(typed, { from: "promptfoo", path: "promptfooconfig.ts" }))).toEqual(["a"]);
});

test("what is not there is a mistake of the config", async () => {
  await expect(importConfig("prompts: [file://none.txt]\n")).rejects.toThrow('there is no file "none.txt"');
  await expect(importConfig("prompts: [a]\ntests: [{ $ref: '#/none' }]\n")).rejects.toThrow("#/none leads nowhere");
  await expect(importConfig("a: &a { b: { $ref: '#/a' } }\n")).rejects.toThrow("refers to itself without end");
  await expect(importConfig("- a\n")).rejects.toThrow("promptfooconfig.yaml holds no config");
});
