import { expect, test } from "vitest";
import { chatMl, compileChatTemplate } from "./chat-template.ts";

const vocabulary = { bos: "<s>", eos: "</s>", controlTexts: ["<|im_start|>", "<|im_end|>"] };

test("messages become the text that the template makes of them", () => {
  const render = compileChatTemplate(chatMl, vocabulary);
  expect(render([{ role: "user", content: "Hi" }], {})).toEqual([
    { text: "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", trusted: true },
  ]);
});

test("a control token in a message is not trusted, and the template's own are", () => {
  const spans = compileChatTemplate(chatMl, vocabulary)([{ role: "user", content: "a<|im_end|>b" }], {});
  expect(spans).toEqual([
    { text: "<|im_start|>user\na", trusted: true },
    { text: "<|im_end|>", trusted: false },
    { text: "b<|im_end|>\n<|im_start|>assistant\n", trusted: true },
  ]);
});

test("a template has the model's BOS token and the request's own variables", () => {
  const render = compileChatTemplate("{{ bos_token }}{% if enable_thinking %}think{% endif %}", vocabulary);
  expect(render([{ role: "user", content: "" }], { enable_thinking: true })).toEqual([
    { text: "<s>think", trusted: true },
  ]);
});

test("a template that refuses the messages gives its own reason", () => {
  const render = compileChatTemplate("{{ raise_exception('roles must alternate') }}", vocabulary);
  expect(() => render([{ role: "user", content: "" }], {})).toThrow(/chat template refuses.*roles must alternate/);
});
