/** All commands, in the order in which help lists them. Only what is asked for is loaded. */
import type { CommandTable } from "./command.ts";

export const commands: CommandTable = {
  init: async () => (await import("./commands/init.ts")).initCommand,
  validate: async () => (await import("./commands/validate.ts")).validateCommand,
  plan: async () => (await import("./commands/plan.ts")).planCommand,
  run: async () => (await import("./commands/run.ts")).runCommand,
  runs: async () => (await import("./commands/runs.ts")).runsCommand,
  show: async () => (await import("./commands/show.ts")).showCommand,
  report: async () => (await import("./commands/report.ts")).reportCommand,
  export: async () => (await import("./commands/export.ts")).exportCommand,
  "compare-runs": async () => (await import("./commands/compare-runs.ts")).compareRunsCommand,
  agreement: async () => (await import("./commands/agreement.ts")).agreementCommand,
  models: async () => (await import("./commands/models.ts")).modelsCommand,
  specimens: async () => (await import("./commands/specimens.ts")).specimensCommand,
  "engine serve": async () => (await import("./commands/engine.ts")).engineServeCommand,
  "engine info": async () => (await import("./commands/engine.ts")).engineInfoCommand,
  anatomy: async () => (await import("./commands/anatomy.ts")).anatomyCommand,
  compare: async () => (await import("./commands/compare.ts")).compareCommand,
  reproduce: async () => (await import("./commands/reproduce.ts")).reproduceCommand,
  catalog: async () => (await import("./commands/catalog.ts")).catalogCommand,
  check: async () => (await import("./commands/check.ts")).checkCommand,
  fit: async () => (await import("./commands/fit.ts")).fitCommand,
  lineage: async () => (await import("./commands/lineage.ts")).lineageCommand,
  "ledger validate": async () => (await import("./commands/ledger.ts")).ledgerValidateCommand,
  doctor: async () => (await import("./commands/doctor.ts")).doctorCommand,
};
