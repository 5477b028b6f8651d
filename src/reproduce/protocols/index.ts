/** All experiments, by name. */
import type { Protocol } from "../experiment/protocol.ts";
import { expertBalanceProtocol } from "./expert-balance.ts";
import { kvFormatsProtocol } from "./kv-formats.ts";
import { latentAttentionProtocol } from "./latent-attention.ts";
import { muonProtocol } from "./muon.ts";
import { qkClipProtocol } from "./qk-clip.ts";
import { windowsProtocol } from "./windows.ts";

export const protocols: readonly Protocol[] = [
  muonProtocol,
  latentAttentionProtocol,
  windowsProtocol,
  qkClipProtocol,
  expertBalanceProtocol,
  kvFormatsProtocol,
];
