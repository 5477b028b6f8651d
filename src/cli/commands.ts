/** All commands, in the order in which help lists them. */
import type { CommandDefinition } from "./command.ts";
import { anatomyCommand } from "./commands/anatomy.ts";
import { catalogCommand } from "./commands/catalog.ts";
import { checkCommand } from "./commands/check.ts";
import { compareCommand } from "./commands/compare.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { engineInfoCommand, engineServeCommand } from "./commands/engine.ts";
import { exportCommand } from "./commands/export.ts";
import { fitCommand } from "./commands/fit.ts";
import { ledgerValidateCommand } from "./commands/ledger.ts";
import { lineageCommand } from "./commands/lineage.ts";
import { modelsCommand } from "./commands/models.ts";
import { reportCommand } from "./commands/report.ts";
import { reproduceCommand } from "./commands/reproduce.ts";
import { runCommand } from "./commands/run.ts";
import { runsCommand } from "./commands/runs.ts";
import { showCommand } from "./commands/show.ts";
import { specimensCommand } from "./commands/specimens.ts";

export const commands: readonly CommandDefinition[] = [
  runCommand,
  runsCommand,
  showCommand,
  reportCommand,
  exportCommand,
  modelsCommand,
  specimensCommand,
  engineServeCommand,
  engineInfoCommand,
  anatomyCommand,
  compareCommand,
  reproduceCommand,
  catalogCommand,
  checkCommand,
  fitCommand,
  lineageCommand,
  ledgerValidateCommand,
  doctorCommand,
];
