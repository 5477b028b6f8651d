export function wholeBody(protocol, answer, served) {
  const { id, model } = served;
  const toolCalls = answer.toolCalls ?? [];
  if (protocol === "anthropic-messages") {
    const content = [
      ...(answer.reasoning === undefined ? [] : [{ type: "thinking", thinking: answer.reasoning, signature: "c2ln" }]),
      ...(answer.text === "" ? [] : [{ type: "text", text: answer.text }]),
      ...toolCalls.map((call) => ({
        type: "tool_use",
        id: call.id,
        name: call.name,
        input: JSON.parse(call.arguments),
      })),
    ];
    const usage = served.usage === "none" ? {} : { usage: anthropicUsage(served.counts) };
    const reason = { stop_reason: stopReason(served, toolCalls), stop_sequence: null };
    return JSON.stringify({ id, type: "message", role: "assistant", model, content, ...reason, ...usage });
  }
  const finish_reason = toolCalls.length > 0 ? "tool_calls" : served.finish;
  const choice =
    protocol === "openai-completions"
      ? { index: 0, text: answer.text, finish_reason }
      : {
          index: 0,
          message: {
            role: "assistant",
            content: answer.text,
            ...(answer.reasoning !== undefined && { reasoning_content: answer.reasoning }),
            ...(toolCalls.length > 0 && { tool_calls: toolCalls.map((call) => ({ ...functionCall(call) })) }),
          },
          finish_reason,
        };
  return JSON.stringify({ id, object: objectName(protocol, false), model, choices: [choice], ...openaiUsage(served) });
}
/** The events of a streamed answer, a token each. */
export function streamPieces(protocol, tokens, toolCalls, served) {
  return protocol === "anthropic-messages"
    ? anthropicPieces(tokens, toolCalls, served)
    : openaiPieces(protocol, tokens, toolCalls, served);
}
function openaiPieces(protocol, tokens, toolCalls, served) {
  const frame = { id: served.id, object: objectName(protocol, true), model: served.model };
  const event = (choices, carriesTokens, more = {}) => ({
    text: `data: ${JSON.stringify({ ...frame, choices, ...more })}\n\n`,
    carriesTokens,
  });
  const delta = (value, carriesTokens) => event([{ index: 0, delta: value, finish_reason: null }], carriesTokens);
  const isChat = protocol === "openai-chat";
  const finish_reason = toolCalls.length > 0 ? "tool_calls" : served.finish;
  const last = isChat ? { index: 0, delta: {}, finish_reason } : { index: 0, text: "", finish_reason };
  const usage = openaiUsage(served);
  const isKimi = served.usage === "kimi";
  return [
    ...(isChat ? [delta({ role: "assistant", content: null }, false)] : []),
    ...tokens.reasoning.map((token) => delta({ reasoning_content: token }, true)),
    ...tokens.text.map((token) =>
      isChat ? delta({ content: token }, true) : event([{ index: 0, text: token, finish_reason: null }], true),
    ),
    ...toolCalls.flatMap((call, index) => [
      delta({ tool_calls: [{ index, ...functionCall({ ...call, arguments: "" }) }] }, true),
      ...halves(call.arguments).map((half) => delta({ tool_calls: [{ index, function: { arguments: half } }] }, true)),
    ]),
    event([isKimi ? { ...last, ...usage } : last], false),
    ...(served.usage === "none" || isKimi ? [] : [event([], false, usage)]),
    { text: "data: [DONE]\n\n", carriesTokens: false },
  ];
}
function anthropicPieces(tokens, toolCalls, served) {
  const event = (type, value, carriesTokens = false) => ({
    text: `event: ${type}\ndata: ${JSON.stringify({ type, ...value })}\n\n`,
    carriesTokens,
  });
  const { id, model } = served;
  const hasUsage = served.usage !== "none";
  const usage = anthropicUsage(served.counts);
  const pieces = [
    event("message_start", {
      message: {
        id,
        type: "message",
        role: "assistant",
        model,
        content: [],
        stop_reason: null,
        ...(hasUsage && { usage: { ...usage, output_tokens: 1 } }),
      },
    }),
    event("ping", {}),
  ];
  let index = 0;
  const block = (start, deltas, startCarries = false) => {
    pieces.push(event("content_block_start", { index, content_block: start }, startCarries));
    for (const delta of deltas) pieces.push(event("content_block_delta", { index, delta }, true));
    pieces.push(event("content_block_stop", { index }));
    index += 1;
  };
  if (tokens.reasoning.length > 0) {
    block(
      { type: "thinking", thinking: "" },
      tokens.reasoning.map((thinking) => ({ type: "thinking_delta", thinking })),
    );
  }
  if (tokens.text.length > 0) {
    block(
      { type: "text", text: "" },
      tokens.text.map((text) => ({ type: "text_delta", text })),
    );
  }
  for (const call of toolCalls) {
    block(
      { type: "tool_use", id: call.id, name: call.name, input: {} },
      halves(call.arguments).map((partial_json) => ({ type: "input_json_delta", partial_json })),
      true,
    );
  }
  pieces.push(
    event("message_delta", {
      delta: { stop_reason: stopReason(served, toolCalls), stop_sequence: null },
      ...(hasUsage && { usage: { output_tokens: served.counts.outputTokens } }),
    }),
    event("message_stop", {}),
  );
  return pieces;
}
function halves(text) {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)].filter((half) => half !== "");
}
function functionCall(call) {
  return { id: call.id, type: "function", function: { name: call.name, arguments: call.arguments } };
}
function stopReason(served, toolCalls) {
  if (toolCalls.length > 0) return "tool_use";
  return served.finish === "length" ? "max_tokens" : "end_turn";
}
function objectName(protocol, stream) {
  if (protocol === "openai-completions") return "text_completion";
  return stream ? "chat.completion.chunk" : "chat.completion";
}
function anthropicUsage(counts) {
  return {
    input_tokens: counts.promptTokens - counts.cachedTokens,
    cache_read_input_tokens: counts.cachedTokens,
    cache_creation_input_tokens: 0,
    output_tokens: counts.outputTokens,
  };
}
/** The fields that a body or an event gets, `usage` and what goes with it. */
function openaiUsage({ usage: style, counts }) {
  const { promptTokens, cachedTokens, outputTokens, reasoningTokens } = counts;
  const totals = {
    prompt_tokens: promptTokens,
    completion_tokens: outputTokens,
    total_tokens: promptTokens + outputTokens,
  };
  const details = { prompt_tokens_details: { cached_tokens: cachedTokens } };
  switch (style) {
    case "none":
      return {};
    case "vllm-null":
      return { usage: { ...totals, prompt_tokens_details: null } };
    case "kimi":
      return { usage: { ...totals, cached_tokens: cachedTokens } };
    case "deepseek":
      return {
        usage: {
          ...totals,
          ...details,
          prompt_cache_hit_tokens: cachedTokens,
          prompt_cache_miss_tokens: promptTokens - cachedTokens,
        },
      };
    case "openai":
      return { usage: { ...totals, ...details, completion_tokens_details: { reasoning_tokens: reasoningTokens } } };
    case "llama":
      return {
        usage: { ...totals, ...details },
        timings: { cache_n: cachedTokens, prompt_n: promptTokens - cachedTokens, predicted_n: outputTokens },
      };
  }
}
