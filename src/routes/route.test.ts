import { expect, test } from "vitest";
import { UserError } from "../errors.ts";
import { vendorRoute } from "./route.ts";

test("a vendor's model takes its key and address from the environment", () => {
  const route = vendorRoute(
    { model: "deepseek/deepseek-chat" },
    { DEEPSEEK_API_KEY: "k", DEEPSEEK_BASE_URL: "http://localhost:1/v1/" },
  );
  expect(route).toMatchObject({ id: "deepseek/deepseek-chat", model: "deepseek-chat", price: null });
  expect(route.endpoint).toEqual({ baseUrl: "http://localhost:1/v1", protocol: "openai-chat", apiKey: "k" });
});

test("a model behind a base URL may have slashes in its name", () => {
  const route = vendorRoute({ model: "org/name", baseUrl: "http://localhost:8000/v1" }, {});
  expect(route).toMatchObject({ id: "custom/org/name", model: "org/name", lane: "localhost:8000" });
});

test("as results name it, it may be named", () => {
  const route = vendorRoute({ model: "custom/org/name", baseUrl: "http://localhost:8000/v1" }, {});
  expect(route).toMatchObject({ id: "custom/org/name", model: "org/name" });
});

test.each([
  [{ model: "deepseek/deepseek-chat" }, "DEEPSEEK_API_KEY"],
  [{ model: "nobody/model" }, "no route leads"],
  [{ model: "m", baseUrl: "not an address" }, "is not an address"],
  [{ model: "m", baseUrl: "ftp://host/v1" }, "is not an address"],
  [{ model: "m", baseUrl: "http://localhost/v1", keyEnv: "MY_KEY" }, "MY_KEY"],
])("%j is refused with a word on how to mend it", (options, message) => {
  expect(() => vendorRoute(options, {})).toThrow(UserError);
  expect(() => vendorRoute(options, {})).toThrow(message);
});

test("a route that nothing is sent to needs no key", () => {
  expect(vendorRoute({ model: "deepseek/deepseek-chat", sends: false }, {}).endpoint.apiKey).toBeNull();
});

test("who only reranks is reached by name, and is no vendor at an address of the user's", () => {
  const env = { JINA_API_KEY: "a", CO_API_KEY: "b" };
  expect(vendorRoute({ model: "jina/reranker" }, env)).toMatchObject({
    model: "reranker",
    endpoint: { baseUrl: "https://api.jina.ai/v1", apiKey: "a" },
  });
  expect(vendorRoute({ model: "cohere/rerank-v3.5" }, env).endpoint).toMatchObject({
    baseUrl: "https://api.cohere.com/v2",
    apiKey: "b",
  });
  const own = { model: "cohere/command-r", baseUrl: "http://127.0.0.1:4000/v1" };
  expect(vendorRoute(own, env)).toMatchObject({ id: "custom/cohere/command-r", model: "cohere/command-r" });
});
