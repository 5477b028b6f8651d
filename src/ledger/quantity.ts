/** What can be claimed: every quantity with its unit, what it says, and how fast it grows old. */

/** Base units alone: printing makes B, GiB and % of them. */
export const units = [
  "parameters",
  "bytes",
  "bytes/s",
  "tokens",
  "tokens/s",
  "flops",
  "flops/s",
  "ms",
  "gpu-hours",
  "usd",
  "nats/byte",
  "count",
  "points",
  "share",
  "times",
  "date",
  "text",
] as const;
export type Unit = (typeof units)[number];

/** Kinds of value by how fast they grow old: `freshness.ts` has the days. */
export const agingKinds = [
  "history",
  "architecture",
  "price",
  "limit",
  "throughput",
  "benchmark",
  "usage",
  "support",
  "datasheet",
] as const;
export type AgingKind = (typeof agingKinds)[number];

interface QuantityDefinition {
  readonly unit: Unit;
  readonly kind: AgingKind;
  readonly says: string;
}

const quantity = (unit: Unit, kind: AgingKind, says: string): QuantityDefinition => ({ unit, kind, says });

export const quantities = {
  // What a release is
  releaseDate: quantity("date", "history", "First public availability"),
  weightsDate: quantity("date", "history", "The day the weights were published, where that was later"),
  license: quantity("text", "architecture", "Licence of the weights"),
  attention: quantity("text", "architecture", "How the layers read their context"),
  feedForward: quantity("text", "architecture", "Feed-forward layers and experts"),
  residual: quantity("text", "architecture", "What carries the signal from layer to layer"),
  memory: quantity("text", "architecture", "Look-up tables beside the layers"),
  optimizer: quantity("text", "architecture", "Optimiser of the pre-training"),
  weightFormat: quantity("text", "architecture", "Number formats of the released weights"),
  modalities: quantity("text", "architecture", "What it takes in"),
  vision: quantity("text", "architecture", "The vision part"),
  trainingNote: quantity("text", "history", "What is known of the training beyond its tokens"),

  // Size
  totalParameters: quantity("parameters", "architecture", "Parameters in all, of the scope named"),
  activeParameters: quantity("parameters", "architecture", "Parameters that one decoded token passes through"),
  prefillActiveParameters: quantity("parameters", "architecture", "Parameters that one token of the prompt passes"),
  routedPerUsedExpert: quantity("count", "architecture", "Routed experts for each one used"),
  checkpointBytes: quantity("bytes", "architecture", "The checkpoint on disk"),
  partBytes: quantity("bytes", "architecture", "Stored size of one part"),
  expertBytesPerToken: quantity("bytes", "architecture", "Expert weights read for one token"),
  attendedTokens: quantity("tokens", "architecture", "Tokens that one query attends to"),
  contextTokens: quantity("tokens", "architecture", "Longest context"),
  maxOutputTokens: quantity("tokens", "limit", "Longest answer that the vendor serves"),

  // Cache and work
  cacheBytes: quantity("bytes", "architecture", "KV cache of one sequence"),
  cacheBytesPerToken: quantity("bytes", "architecture", "KV cache that one more token takes"),
  storedCacheBytes: quantity("bytes", "architecture", "KV cache kept outside the accelerator"),
  decodeFlops: quantity("flops", "architecture", "FLOPs of decoding one token"),
  trainingFlopsPerToken: quantity("flops", "architecture", "FLOPs of training on one token"),

  // Training
  trainingTokens: quantity("tokens", "history", "Tokens of the pre-training"),
  trainingGpuHours: quantity("gpu-hours", "history", "Accelerator hours of the training"),
  trainingFlops: quantity("flops", "history", "FLOPs to the same loss"),
  trainingSteps: quantity("count", "history", "Training steps to the same loss"),
  recallDifference: quantity("share", "history", "Recall less that of the baseline"),
  recall: quantity("share", "history", "Share of the values shown before that are named when their key comes again"),
  heldOutLossDifference: quantity("nats/byte", "history", "Held-out loss less that of the baseline"),
  largestAttentionLogit: quantity("count", "history", "Largest attention logit of a training"),
  expertLoadExcess: quantity("count", "history", "Load of the fullest expert over the mean, less 1"),
  trainingMs: quantity("ms", "history", "Time of a training step"),
  trainingContextTokens: quantity("tokens", "history", "Context length in training"),

  // Serving
  prefillTokensPerSecond: quantity("tokens/s", "throughput", "Tokens of prompts read in a second"),
  decodeTokensPerSecond: quantity("tokens/s", "throughput", "Tokens generated in a second"),
  outputTokenMs: quantity("ms", "throughput", "Time for one more output token"),
  ttftMs: quantity("ms", "throughput", "Time to the first token"),
  prefillMs: quantity("ms", "throughput", "Time to read a prompt"),
  servedRequests: quantity("count", "throughput", "Requests served within their latency targets"),
  expertPathMs: quantity("ms", "throughput", "Time of expert layers with their communication"),
  weightUpdateMs: quantity("ms", "throughput", "Time to bring new weights to the serving machines"),
  cacheHitShare: quantity("share", "throughput", "Input tokens found in the cache"),
  acceptedDraftShare: quantity("share", "throughput", "Drafted tokens that the model accepts"),
  tokensPerDay: quantity("tokens", "throughput", "Tokens served in a day"),
  thinkingTokens: quantity("tokens", "benchmark", "Tokens of reasoning in an answer"),
  toolCalls: quantity("count", "benchmark", "Tool calls in a row that it sustains"),

  // Money
  dailyCostUsd: quantity("usd", "history", "Cost of a day of serving, of the day named"),
  dailyRevenueUsd: quantity("usd", "history", "Revenue of a day of serving, of the day named"),
  inputUsdPerMillion: quantity("usd", "price", "Price of a million input tokens"),

  // Quality
  benchmarkScore: quantity("points", "benchmark", "Score of the benchmark named, as it counts"),
  benchmarkRank: quantity("count", "benchmark", "Rank in the list named"),

  // Use
  weeklyTokens: quantity("tokens", "usage", "Tokens in a week on the channel named"),
  weeklyTokenShare: quantity("share", "usage", "Share of a week's tokens on the channel named"),
  monthlyDownloads: quantity("count", "usage", "Downloads in a month"),

  // Accelerators
  memoryBytes: quantity("bytes", "datasheet", "Memory of one device"),
  memoryType: quantity("text", "datasheet", "Kind of memory"),
  memoryBytesPerSecond: quantity("bytes/s", "datasheet", "Memory bandwidth of one device"),
  denseFlopsPerSecond: quantity("flops/s", "datasheet", "Peak of dense arithmetic in the precision named"),
  linkTechnology: quantity("text", "datasheet", "What joins the devices"),
  linkBytesPerSecond: quantity("bytes/s", "datasheet", "Link bandwidth of one device, in the direction named"),
  scaleUpDevices: quantity("count", "datasheet", "Devices that the fast links join"),
  availability: quantity("text", "support", "When it can be had"),
} as const satisfies Readonly<Record<string, QuantityDefinition>>;
export type Quantity = keyof typeof quantities;

export const quantityNames = Object.keys(quantities) as [Quantity, ...Quantity[]];
