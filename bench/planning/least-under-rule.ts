/** The least that a rule's granularity lets any order of the prompts evaluate, one call at a time. */
export interface Granularity {
  /** A prompt reads whole chunks. */
  readonly chunkTokens: number;
  /** And nothing below this: a multiple of the chunk. */
  readonly minimumTokens: number;
  /** A chunk is kept once two prompts have parted behind it, or one has ended there, and not as soon as it was read. */
  readonly keepsWhereTwoPart: boolean;
}

interface Node {
  readonly tokens: number;
  readonly children: Map<string, Node>;
  /** Whether the last whole chunk of a prompt is here. */
  ends: boolean;
}

const newNode = (tokens: number): Node => ({ tokens, children: new Map(), ends: false });

/**
 * Every distinct chunk once; what stands behind a prompt's last whole chunk, and what is too short to be read, each time.
 * Where only partings are kept, a chunk above one is evaluated by the first two that part there, unless a prompt ends in it.
 *
 * No rule's bound is below it. It may be out of reach where prompts are equal, as the last token is not always read.
 */
export function leastUnderRule(prompts: readonly Int32Array[], granularity: Granularity): number {
  const { chunkTokens, minimumTokens, keepsWhereTwoPart } = granularity;
  const root = newNode(0);
  /** Each behind the one above it. */
  const nodes: Node[] = [];
  let rest = 0;
  for (const tokens of prompts) {
    const whole = Math.floor(tokens.length / chunkTokens) * chunkTokens;
    const kept = whole < minimumTokens ? 0 : whole;
    rest += tokens.length - kept;
    let node = root;
    for (let from = 0; from < kept; ) {
      const to = from === 0 ? Math.max(minimumTokens, chunkTokens) : from + chunkTokens;
      node = childOf(node, tokens.subarray(from, to), nodes);
      from = to;
    }
    node.ends = true;
  }
  const times = new Map<Node, number>();
  for (const node of nodes.toReversed()) {
    const [below] = node.children.values();
    times.set(node, !keepsWhereTwoPart || node.ends ? 1 : node.children.size > 1 ? 2 : times.get(below!)!);
  }
  return nodes.reduce((sum, node) => sum + times.get(node)! * node.tokens, rest);
}

function childOf(node: Node, chunk: Int32Array, nodes: Node[]): Node {
  const name = chunk.join();
  const known = node.children.get(name);
  if (known !== undefined) return known;
  const child = newNode(chunk.length);
  node.children.set(name, child);
  nodes.push(child);
  return child;
}
