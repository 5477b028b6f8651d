import { afterEach, expect, test } from "vitest";
import type { ChatMessage } from "./chat-prompt.ts";
import { sglang, type VendorServer } from "./index.ts";
import { inputBuckets, post, text } from "./input-buckets.ts";

let server: VendorServer;
afterEach(() => server.close());

const user = (content: string): ChatMessage => ({ role: "user", content });

async function read(messages: readonly ChatMessage[]): Promise<number | null> {
  return (await inputBuckets(server, "chat/completions", { messages })).read;
}

test("a hit ends at any token, and the last one is computed again", async () => {
  server = await sglang.start({ enableCacheReport: true });
  const messages = [user(text("a", 101))];
  expect(await read(messages)).toBeNull();
  expect(await read(messages)).toBe(sglang.tokenize(messages).length - 1);
  expect(await read([user(`${text("a", 37)} else`)])).toBe(1 + 37);
});

test("the answer is kept too, all but its last token", async () => {
  server = await sglang.start({ enableCacheReport: true, answer: () => "The answer is 42." });
  const first = [user("Why?")];
  await read(first);
  const history = [...first, { role: "assistant", content: "The answer is 42." }];
  const whole = sglang.tokenize(history).length - 1; // without what opens the next answer
  expect(await read([...history, user("And then?")])).toBe(whole - 1);
});

test("without the flag, and where nothing was hit, the details are null", async () => {
  server = await sglang.start();
  const body = { messages: [user(text("a", 100))] };
  for (let i = 0; i < 2; i += 1) {
    const response = await post(server, "chat/completions", body);
    expect(await response.json()).toMatchObject({ usage: { prompt_tokens_details: null, reasoning_tokens: 0 } });
  }
});

test("where memory is short, the oldest conversation goes", async () => {
  server = await sglang.start({ enableCacheReport: true, capacityTokens: 300, answer: () => "" });
  await read([user(text("a", 117))]);
  await read([user(text("b", 117))]);
  await read([user(text("c", 117))]);
  expect(await read([user(text("b", 117))])).toBe(119);
  // Of the first, what all share is left: the mark that opens a user's turn.
  expect(await read([user(text("a", 117))])).toBe(1);
});
