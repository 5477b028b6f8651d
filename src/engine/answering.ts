/** A model's work on one request, as the HTTP answer to it: in one piece, or as server-sent events. */
import type { Context } from "hono";
import { failureOf } from "./engine-error.ts";
import type { ModelMetrics } from "./metrics.ts";
import type { Generated, GeneratedLogprob, GenerateRequest } from "./protocol.ts";
import type { ChatBody, CompletionBody } from "./requests.ts";
import {
  type AnswerHead,
  errorBody,
  firstChunk,
  lastChunk,
  pieceChunk,
  timingsBody,
  usageChunk,
  wholeAnswer,
} from "./responses.ts";
import type { ModelWorker } from "./worker-handle.ts";

/** The whole answer at once. */
export async function collectedAnswer(
  c: Context,
  head: AnswerHead,
  worker: ModelWorker,
  request: GenerateRequest,
  metrics: ModelMetrics,
) {
  let text = "";
  const logprobs: GeneratedLogprob[] = [];
  const done = await counted(metrics, () =>
    worker.ask("generate", request, {
      signal: c.req.raw.signal,
      piece(piece) {
        text += piece.text;
        logprobs.push(...piece.logprobs);
      },
    }),
  );
  return wholeAnswer(head, text, logprobs, done);
}

/** Answers with headers only when the first token is there: until then a refusal can still have its own status. */
export async function streamedAnswer(
  c: Context,
  head: AnswerHead,
  worker: ModelWorker,
  request: GenerateRequest,
  { stream_options: streamOptions, timings_per_token: timingsPerToken }: ChatBody | CompletionBody,
  metrics: ModelMetrics,
): Promise<Response> {
  const abort = new AbortController();
  c.req.raw.signal.addEventListener("abort", () => abort.abort(new Error("the client went away")), { once: true });
  const encoder = new TextEncoder();
  const started = Promise.withResolvers<void>();
  let open = true;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (data: object | "[DONE]") => {
        if (open) controller.enqueue(encoder.encode(`data: ${data === "[DONE]" ? data : JSON.stringify(data)}\n\n`));
      };
      counted(metrics, () =>
        worker.ask("generate", request, {
          signal: abort.signal,
          started() {
            started.resolve();
            if (head.endpoint === "chat") send(firstChunk(head));
          },
          piece(piece, measured) {
            const chunk = pieceChunk(head, piece);
            send(timingsPerToken ? { ...chunk, timings: timingsBody(measured) } : chunk);
          },
        }),
      )
        .then((done) => {
          started.resolve();
          send(lastChunk(head, done));
          if (streamOptions?.include_usage) send(usageChunk(head, done));
          send("[DONE]");
        })
        .catch((error: unknown) => {
          started.reject(error);
          send(errorBody(failureOf(error)));
        })
        .finally(() => {
          if (open) controller.close();
          open = false;
        });
    },
    cancel() {
      open = false;
      abort.abort(new Error("the client went away"));
    },
  });
  await started.promise;
  return new Response(body, {
    headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" },
  });
}

async function counted(metrics: ModelMetrics, run: () => Promise<Generated>): Promise<Generated> {
  metrics.begin();
  let done: Generated | null = null;
  try {
    done = await run();
    return done;
  } finally {
    metrics.end(done);
  }
}
