import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import type { ChatMessage } from "./chat-prompt.ts";
import { type VendorServer, vllm } from "./index.ts";
import { inputBuckets, post, text } from "./input-buckets.ts";
import { commonPrefix } from "./tokens.ts";

let server: VendorServer;
afterEach(() => server.close());

const user = (content: string): ChatMessage => ({ role: "user", content });

async function read(messages: readonly ChatMessage[], more: object = {}): Promise<number | null> {
  return (await inputBuckets(server, "chat/completions", { messages, ...more })).read;
}

test("the details are null without the flag, and with it where nothing was hit", async () => {
  for (const enablePromptTokensDetails of [false, true]) {
    server = await vllm.start({ enablePromptTokensDetails });
    const body = { messages: [user(text("a", 100))] };
    const details = async () => {
      const response = await post(server, "chat/completions", body);
      return ((await response.json()) as { usage: Record<string, unknown> }).usage.prompt_tokens_details;
    };
    expect(await details()).toBeNull();
    expect(await details()).toEqual(enablePromptTokensDetails ? { cached_tokens: 96 } : null);
    await server.close();
  }
  server = await vllm.start();
});

test("without eviction, a hit is what any earlier request has in common, in full blocks, less the last token", async () => {
  server = await vllm.start({ enablePromptTokensDetails: true, answer: () => "yes yes yes", capacityTokens: 2 ** 20 });
  const kept: number[][] = [];
  const requests = fc.array(fc.tuple(fc.integer({ min: 0, max: 120 }), fc.nat(2), fc.integer({ min: 1, max: 60 })), {
    minLength: 1,
    maxLength: 6,
  });
  await fc.assert(
    fc.asyncProperty(requests, async (sent) => {
      for (const [shared, branch, own] of sent) {
        const messages = [user(`${text("shared", shared)} ${text(`branch${branch}-`, own)}`)];
        const tokens = vllm.tokenize(messages);
        const common = Math.max(0, ...kept.map((earlier) => commonPrefix(earlier, tokens)));
        const expected = Math.floor(Math.min(common, tokens.length - 1) / 16) * 16;
        // No hit is reported as nothing.
        expect(await read(messages)).toBe(expected === 0 ? null : expected);
        // Of the answer all but the mark that ends it is kept, which never went through the model.
        kept.push(vllm.tokenize([...messages, { role: "assistant", content: "yes yes yes" }]).slice(0, -2));
      }
    }),
    { numRuns: 20 },
  );
});

test("where memory is short, the blocks used longest ago go first, and of a request the last ones", async () => {
  server = await vllm.start({ enablePromptTokensDetails: true, answer: () => "", capacityTokens: 20 * 16 });
  await read([user(text("a", 157))]); // 10 blocks: 160 tokens
  await read([user(text("b", 77))]); // 5 blocks
  await read([user(text("c", 109))]); // 7 blocks: 5 were free, 2 are taken from the end of the first request
  expect(await read([user(text("a", 157))])).toBe(8 * 16);
});

test("only requests with the same salt share blocks", async () => {
  server = await vllm.start({ enablePromptTokensDetails: true });
  const messages = [user(text("a", 100))];
  await read(messages, { cache_salt: "one" });
  expect(await read(messages, { cache_salt: "two" })).toBeNull();
  expect(await read(messages)).toBeNull();
  expect(await read(messages, { cache_salt: "one" })).toBe(96);
});

test("a prompt longer than the cache is refused", async () => {
  server = await vllm.start({ capacityTokens: 64 });
  expect((await post(server, "chat/completions", { messages: [user(text("a", 100))] })).status).toBe(400);
});
