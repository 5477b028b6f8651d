/** Counters in Prometheus' text format, under llama-server's names with the model as a label. */
import type { Measured } from "./protocol.ts";

export interface ModelMetrics {
  begin(): void;
  /** Ends what `begin` began; null where the request failed before it was measured. */
  end(measured: Measured | null): void;
  readonly values: Readonly<Record<MetricName, number>>;
}

const metrics = {
  prompt_tokens_total: ["counter", "Number of prompt tokens processed, excluding cached tokens"],
  prompt_tokens_cached_total: ["counter", "Number of prompt tokens reused from the cache"],
  prompt_seconds_total: ["counter", "Total time spent processing prompts"],
  tokens_predicted_total: ["counter", "Number of generation tokens processed"],
  tokens_predicted_seconds_total: ["counter", "Total time spent generating tokens"],
  n_tokens_max: ["counter", "Largest observed sequence length (prompt + generation)"],
  prompt_tokens_seconds: ["gauge", "Average prompt throughput in tokens/s"],
  predicted_tokens_seconds: ["gauge", "Average generation throughput in tokens/s"],
  requests_processing: ["gauge", "Number of requests processing"],
  requests_deferred: ["gauge", "Number of requests deferred"],
} as const;
type MetricName = keyof typeof metrics;

/** @param sequences  requests that can be served at one time; the others wait */
export function createModelMetrics(sequences: number): ModelMetrics {
  let open = 0;
  const total = { prompt: 0, cached: 0, promptMs: 0, generated: 0, generatedMs: 0, longest: 0 };
  return {
    begin() {
      open++;
    },
    end(measured) {
      open--;
      if (measured === null) return;
      total.prompt += measured.promptTokens - measured.cachedTokens;
      total.cached += measured.cachedTokens;
      total.promptMs += measured.promptMs;
      total.generated += measured.generatedTokens;
      total.generatedMs += measured.generatedMs;
      total.longest = Math.max(total.longest, measured.promptTokens + measured.generatedTokens);
    },
    get values() {
      return {
        prompt_tokens_total: total.prompt,
        prompt_tokens_cached_total: total.cached,
        prompt_seconds_total: total.promptMs / 1000,
        tokens_predicted_total: total.generated,
        tokens_predicted_seconds_total: total.generatedMs / 1000,
        n_tokens_max: total.longest,
        prompt_tokens_seconds: perSecond(total.prompt, total.promptMs),
        predicted_tokens_seconds: perSecond(total.generated, total.generatedMs),
        requests_processing: Math.min(open, sequences),
        requests_deferred: Math.max(0, open - sequences),
      };
    },
  };
}

function perSecond(count: number, ms: number): number {
  return ms > 0 ? (count * 1000) / ms : 0;
}

export function prometheusText(models: ReadonlyMap<string, ModelMetrics>): string {
  return Object.entries(metrics)
    .flatMap(([name, [type, help]]) => [
      `# HELP llamacpp:${name} ${help}`,
      `# TYPE llamacpp:${name} ${type}`,
      ...[...models].map(
        ([model, { values }]) => `llamacpp:${name}{model=${JSON.stringify(model)}} ${values[name as MetricName]}`,
      ),
    ])
    .join("\n")
    .concat("\n");
}
