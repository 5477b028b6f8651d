/** What the config of any model says of its file and its cache, as statements: the tensors and the engine are witnesses. */
import { cacheFormat, cacheGrowth, countParameters } from "../anatomy/index.ts";
import type { Check, Claim } from "../ledger/index.ts";
import { formatTokens } from "../units/index.ts";
import type { ResolvedModel } from "./model-reference.ts";
import type { Statement } from "./statement.ts";

/** @param today  YYYY-MM-DD */
export function modelStatements({ name, shape, configSource, checkpoint }: ResolvedModel, today: string): Statement[] {
  const source = { provenance: "computed", title: configSource.title, from: "the config" } as const;
  const statement = (claim: Pick<Claim, "id" | "quantity" | "value" | "unit" | "scope">, check: Check): Statement => ({
    ...claim,
    value: claim.value!,
    subject: name,
    says: `${claim.id}, by the config`,
    aging: "architecture",
    observed: today,
    source,
    verified: { verified: true },
    check,
    made: { as: "claim", claim: { ...claim, subject: name, source, observed: today } },
  });
  const parameters = Object.entries(countParameters(shape).byScope).map(([scope, value]) =>
    statement(
      { id: `parameters of ${scope}`, quantity: "totalParameters", value, unit: "parameters", scope: { part: scope } },
      { kind: "anatomy", quantity: "scopeParameters", at: { scope }, tolerance: "exact" },
    ),
  );
  if (checkpoint?.format !== "gguf") return parameters;
  const { bytesPerToken, fixedBytes } = cacheGrowth(shape, cacheFormat("f16"));
  const contextTokens = shape.contextTokens ?? 32_768;
  return [
    ...parameters,
    statement(
      {
        id: "cache a token in f16",
        quantity: "cacheBytesPerToken",
        value: bytesPerToken,
        unit: "bytes",
        scope: { precision: "f16" },
      },
      { kind: "anatomy", quantity: "cacheBytesPerToken", at: { cacheFormat: "f16" }, tolerance: "exact" },
    ),
    statement(
      {
        id: `cache of ${formatTokens(contextTokens)} tokens in f16`,
        quantity: "cacheBytes",
        value: bytesPerToken * contextTokens + fixedBytes,
        unit: "bytes",
        scope: { precision: "f16", contextTokens },
      },
      { kind: "anatomy", quantity: "cacheBytes", at: { cacheFormat: "f16", contextTokens }, tolerance: "exact" },
    ),
  ];
}
