/** The prompt of a body for Anthropic's `POST /messages`: tools, system, messages, a block for each thing said. */
import type { Breakpoint, CachedPrompt } from "./cache-rule.ts";
import { type Fields, fieldsOf, listOf, type PromptTokenizer, PromptTokens } from "./prompt-tokens.ts";

interface Block {
  readonly type: string;
  readonly endTokens: number;
  readonly control: Fields | null;
  readonly canBeMarked: boolean;
}

export function anthropicPrompt(body: Fields, tokenizer: PromptTokenizer): Omit<CachedPrompt, "sentAtMs"> {
  const tokens = new PromptTokens(tokenizer);
  const blocks: Block[] = [];
  const add = (block: Fields, type: unknown) => {
    // Thinking and empty text are cached with what follows, and cannot be marked.
    const canBeMarked = !/thinking/.test(String(type)) && !(type === "text" && block.text === "");
    const control = block.cache_control ? fieldsOf(block.cache_control) : null;
    blocks.push({ type: String(type), endTokens: tokens.length, control, canBeMarked });
  };
  for (const tool of listOf(body.tools)) {
    const { cache_control: _control, ...definition } = tool;
    tokens.mark("tool");
    tokens.text(JSON.stringify(definition));
    add(tool, "tool");
  }
  const turn = (role: string, content: unknown) => {
    const said = blocksOf(content);
    for (const [index, block] of said.entries()) {
      // A turn's marks belong to its first and its last block.
      if (index === 0) tokens.mark(role);
      tell(block, tokens);
      if (index === said.length - 1) tokens.mark("end");
      add(block, block.type);
    }
  };
  turn("system", body.system);
  const firstOfMessages = tokens.length;
  const messages = listOf(body.messages);
  for (const { role, content } of messages) turn(String(role), content);
  const hasImages = messages.some(({ content }) => blocksOf(content).some(({ type }) => type === "image"));
  const { effort } = fieldsOf(body.output_config);
  // "What invalidates the cache": these change message prefixes, and leave those of tools and system as they are.
  tokens.settle(firstOfMessages, [body.tool_choice, body.thinking, effort, hasImages || null]);
  const isInRun = ({ type }: Block, index: number) =>
    type === blocks[index + 1]?.type && (type === "tool_use" || type === "tool_result");
  return {
    tokens: tokens.whole(),
    breakpoints: breakpointsOf(blocks, body.cache_control),
    blockEnds: blocks.map(({ endTokens }) => endTokens),
    insideRuns: blocks.filter(isInRun).map(({ endTokens }) => endTokens),
  };
}

/** An answer as it stands in the next prompt, behind the prompt that it answers. */
export function anthropicAnswer({ content }: Fields, isWhole: boolean, tokenizer: PromptTokenizer): Int32Array {
  const tokens = new PromptTokens(tokenizer);
  tokens.mark("assistant");
  for (const block of blocksOf(content)) tell(block, tokens);
  if (isWhole) tokens.mark("end");
  return tokens.whole();
}

function breakpointsOf(blocks: readonly Block[], automatic: unknown): Breakpoint[] {
  const last = automatic ? blocks.findLastIndex(({ canBeMarked }) => canBeMarked) : -1;
  return blocks.flatMap(({ control, endTokens }, index) => {
    const asked = control ?? (index === last ? fieldsOf(automatic) : null);
    if (asked === null) return [];
    return [{ endTokens, lifetimeMs: asked.ttl === "1h" ? 60 * 60_000 : 5 * 60_000 }];
  });
}

const blocksOf = (content: unknown): readonly Fields[] =>
  typeof content === "string" ? [{ type: "text", text: content }] : listOf(content);

function tell(block: Fields, tokens: PromptTokens): void {
  const { cache_control: _control, ...told } = block;
  switch (block.type) {
    case "text":
      tokens.text(block.text);
      break;
    case "thinking":
      tokens.text(block.thinking);
      break;
    case "tool_use":
      tokens.mark("tool_use");
      tokens.text(block.name);
      tokens.text(JSON.stringify(block.input));
      break;
    case "tool_result":
      tokens.mark("tool_result");
      for (const part of blocksOf(block.content)) tell(part, tokens);
      break;
    default:
      tokens.attachment(told);
  }
}
