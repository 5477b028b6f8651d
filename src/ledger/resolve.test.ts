import { expect, test } from "vitest";
import { UserError } from "../errors.ts";
import { nearest, resolveName } from "./resolve.ts";

const releases = [
  { id: "deepseek-v4-pro", name: "DeepSeek-V4-Pro (preview)", hubId: "deepseek-ai/DeepSeek-V4-Pro" },
  { id: "deepseek-v4-pro-0813", name: "DeepSeek-V4-Pro-0813", hubId: "deepseek-ai/DeepSeek-V4-Pro-0813" },
  { id: "deepseek-v3.2", name: "DeepSeek-V3.2", hubId: "deepseek-ai/DeepSeek-V3.2" },
  { id: "kimi-k2", name: "Kimi K2 (Base, Instruct-0711)", hubId: "moonshotai/Kimi-K2-Instruct" },
  { id: "kimi-k3", name: "Kimi K3", hubId: null },
];

test.each([
  ["deepseek-v4-pro", "deepseek-v4-pro"],
  ["DeepSeek-V4-Pro", "deepseek-v4-pro"],
  ["deepseek-ai/DeepSeek-V4-Pro", "deepseek-v4-pro"],
  ["DEEPSEEK V3.2", "deepseek-v3.2"],
  ["moonshotai/kimi-k2-instruct", "kimi-k2"],
  ["Kimi-K2-Instruct", "kimi-k2"],
  ["kimi k3", "kimi-k3"],
])("%s is %s", (given, id) => {
  expect(resolveName(given, releases, "release").id).toBe(id);
});

test("a name that is nearly right is answered with what it may have been", () => {
  expect(nearest("kimi-k33", releases)[0]).toBe("kimi-k3");
  expect(() => resolveName("depseek-v4-pro", releases, "release")).toThrow(UserError);
  expect(nearest("depseek-v4-pro", releases)[0]).toBe("deepseek-v4-pro");
  expect(nearest("something else entirely", releases)).toEqual([]);
});

test("V32 is not taken for V3.2", () => {
  expect(() => resolveName("deepseek-v32", releases, "release")).toThrow("there is no release");
});
