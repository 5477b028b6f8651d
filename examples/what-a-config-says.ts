/** What follows from a config, and what becomes of the numbers that were published about it. */
import { anatomy, audit, readLedger, readRelease } from "assay";

const { shape } = audit.modelOfRelease(readRelease("kimi-k2"));
const { parameters, cache } = anatomy.anatomyOf(shape, { contextTokens: 131_072, cacheFormat: "bf16" });
console.log(`Kimi K2: ${parameters.total} parameters, ${parameters.active.withEmbeddingAndHead} active`);
console.log(`a token more takes ${cache.bytesPerToken} bytes of cache, 131,072 tokens ${cache.sequenceBytes}`);

const ledger = readLedger();
const today = new Date().toISOString().slice(0, 10);
const statements = audit.statementsOf(ledger, today).filter(({ subject }) => subject === "kimi-k2");
for (const { statement, verdict, evidence } of audit.judgeAll(statements, audit.ownWitnesses(ledger), today))
  if (verdict === "contradicted") console.log(`${statement.id}: said ${statement.value}, ${evidence[0]!.value}`);
