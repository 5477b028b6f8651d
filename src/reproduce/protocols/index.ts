/** All experiments, by name. */
import type { Protocol } from "../experiment/protocol.ts";
import { muonProtocol } from "./muon.ts";

export const protocols: readonly Protocol[] = [muonProtocol];
