import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { adapterOf } from "./adapter.ts";
import { answerOf } from "./answer-draft.ts";
import { BodyReader } from "./body-reader.ts";
import type { Protocol } from "./call.ts";
import { readUsage } from "./usage.ts";

const recorded = readFileSync(new URL("fixtures/llama-server-chat-stream-response.sse", import.meta.url));

/** A body that arrives in these pieces, 1 ms apart. */
function readPieces(pieces: readonly Uint8Array[], protocol: Protocol = "openai-chat", maxEvent = 2 ** 20): BodyReader {
  const reader = new BodyReader(adapterOf(protocol), maxEvent);
  for (const [at, piece] of pieces.entries()) reader.chunk(piece, at);
  reader.end(true);
  return reader;
}

/** Cuts bytes at these places; places beyond the end, and twice the same, make empty pieces. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places, bytes.length].sort((a, b) => a - b);
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
}

test("a recorded stream of llama-server", () => {
  const { draft, moments, body } = readPieces([recorded]);
  expect(answerOf(draft)).toMatchObject({
    text: expect.stringMatching(/^}1t/),
    finishReason: "length",
    servedModel: "tiny-llama-gqa",
    reasoning: null,
  });
  expect(readUsage(draft.usageSource)).toMatchObject({
    uncachedInputTokens: 17,
    cacheReadTokens: 474,
    outputTokens: 16,
  });
  expect(draft.serverTimings).toMatchObject({ cache_n: 474, predicted_n: 16 });
  expect(draft.done).toBe(true);
  expect(moments.firstContent).toBe(0);
  expect(moments.firstReasoning).toBeNull();
  expect(body).toBe(recorded.toString());
});

test("the same answer whatever the pieces that it comes in", () => {
  const expected = readPieces([recorded]);
  fc.assert(
    fc.property(fc.array(fc.nat(recorded.length), { maxLength: 60 }), (places) => {
      const reader = readPieces(cut(recorded, places));
      expect(reader.draft).toEqual(expected.draft);
      expect(reader.body).toBe(expected.body);
      expect(reader.moments.gapsUs).toHaveLength(expected.moments.gapsUs.length);
    }),
  );
  const byteByByte = readPieces(Array.from(recorded, (_, i) => recorded.subarray(i, i + 1)));
  expect(byteByByte.draft).toEqual(expected.draft);
});

test("lines that end in CR LF or CR read the same", () => {
  const expected = readPieces([recorded]).draft;
  for (const end of ["\r\n", "\r"]) {
    const bytes = Buffer.from(recorded.toString().replaceAll("\n", end));
    expect(readPieces([bytes]).draft).toEqual(expected);
    expect(readPieces(cut(bytes, [100, 101, 102, 500, 1000])).draft).toEqual(expected);
  }
});

describe("whatever the bytes, reading does not throw", () => {
  const protocols: Protocol[] = ["openai-chat", "openai-completions", "anthropic-messages"];

  test("random bytes", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), fc.constantFrom(...protocols), (pieces, protocol) => {
        readPieces(pieces, protocol);
      }),
    );
  });

  test("a good stream with bytes changed, dropped and repeated", () => {
    const mutation = fc.record({ at: fc.nat(recorded.length - 1), byte: fc.nat(255), length: fc.nat(40) });
    fc.assert(
      fc.property(
        fc.array(mutation, { minLength: 1, maxLength: 8 }),
        fc.constantFrom(...protocols),
        (mutations, protocol) => {
          let bytes: Uint8Array = Buffer.from(recorded);
          for (const { at, byte, length } of mutations) {
            if (byte % 3 === 0) bytes[at % bytes.length] = byte;
            else if (byte % 3 === 1) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
            else bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
          }
          readPieces(cut(bytes, [bytes.length >> 1]), protocol);
        },
      ),
    );
  });

  test("any JSON as an event and as a whole", () => {
    const shape = fc.record(
      {
        type: fc.oneof(fc.string(), fc.constantFrom("message_start", "content_block_delta", "message_delta", "error")),
        choices: fc.oneof(fc.jsonValue(), fc.array(fc.record({ delta: fc.jsonValue(), message: fc.jsonValue() }))),
        error: fc.jsonValue(),
        delta: fc.jsonValue(),
        message: fc.jsonValue(),
        content: fc.jsonValue(),
        usage: fc.jsonValue(),
        timings: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), shape), fc.constantFrom(...protocols), (value, protocol) => {
        const text = JSON.stringify(value);
        const event = readPieces([Buffer.from(`data: ${text}\n\n`)], protocol);
        readUsage(event.draft.usageSource);
        readPieces([Buffer.from(text)], protocol);
      }),
    );
  });
});

describe("moments", () => {
  const token = (text: string): string => `data: {"choices":[{"delta":{"content":"${text}"}}]}\n\n`;
  const thought = 'data: {"choices":[{"delta":{"reasoning":"hm"}}]}\n\n';

  test("the first event counts from its first byte, a token from its last, and comments are no event", () => {
    const pieces = [": wait", "ing\n\n", "dat", thought.slice(3), token("a"), token("b") + token("c")];
    const { moments } = readPieces(pieces.map((piece) => Buffer.from(piece)));
    expect(moments).toEqual({ firstEvent: 2, firstReasoning: 3, firstContent: 4, gapsUs: [1_000, 1_000, 0] });
  });

  test("a body that is no stream counts from its first byte", () => {
    const pieces = [" ", '{"choices":', '[{"message":{"content":"a"},"finish_reason":"stop"}]}'];
    const { moments, draft } = readPieces(pieces.map((piece) => Buffer.from(piece)));
    expect(moments).toEqual({ firstEvent: 1, firstReasoning: null, firstContent: null, gapsUs: [] });
    expect(draft.text).toBe("a");
  });
});

test("an event beyond the limit ends the reading, on one line and on many", () => {
  expect(readPieces([Buffer.from(`data: ${"a".repeat(2_000)}`)], "openai-chat", 1_000).eventTooLarge).toBe(true);
  const lines = Array.from({ length: 200 }, () => Buffer.from(`data: ${"a".repeat(20)}\n`));
  expect(readPieces(lines, "openai-chat", 1_000).eventTooLarge).toBe(true);
});

test("a byte order mark is kept in the record and skipped in the reading", () => {
  const bom = Buffer.from([0xef, 0xbb, 0xbf]);
  const events = readPieces([bom.subarray(0, 1), bom.subarray(1), recorded]);
  expect(events.draft.finishReason).toBe("length");
  expect(events.body).toHaveLength(recorded.toString().length + 1);
  const whole = readPieces([bom, Buffer.from('{"choices":[{"message":{"content":"a"}}]}')]);
  expect(whole.draft.text).toBe("a");
});
