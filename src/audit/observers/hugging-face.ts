/** A release's repository on the Hugging Face Hub: its config.json, its card, and what the Hub's API counts. */
import { createHash } from "node:crypto";
import { huggingFace } from "../../weights/index.ts";
import type { Access, Observer } from "./observer.ts";
import { flat, jsonObject } from "./seen-values.ts";

const endpointOf = (env: Access["env"]) => env.HF_ENDPOINT ?? huggingFace.endpoint;

const nothing = () => null;

export const huggingFaceConfig: Observer = {
  name: "hugging-face-config",
  summary: "config.json on the Hugging Face Hub",
  addressFor: ({ hubId }, env) => hubId && `${endpointOf(env)}/${hubId}/resolve/main/config.json`,
  known: ({ config }) => (config.status === "exact" ? flat(config.values, "config") : null),
  async observe(release, { env, read }) {
    const url = this.addressFor(release, env)!;
    return flat(jsonObject(await read(url, env.HF_TOKEN), url), "config");
  },
  valueFor({ made }, seen) {
    if (made.as !== "claim" || made.claim.quantity !== "contextTokens") return undefined;
    const tokens = seen["config.max_position_embeddings"] ?? seen["config.text_config.max_position_embeddings"];
    return typeof tokens === "number" ? tokens : undefined;
  },
};

/** @see https://huggingface.co/docs/hub/api: GET /api/models/{repo_id} */
export const huggingFaceModel: Observer = {
  name: "hugging-face-model",
  summary: "Licence, downloads and parameter count of the Hugging Face Hub's API",
  addressFor: ({ hubId }, env) => hubId && `${endpointOf(env)}/api/models/${hubId}`,
  known: nothing,
  async observe(release, { env, read }) {
    const url = this.addressFor(release, env)!;
    const answer = jsonObject(await read(url, env.HF_TOKEN), url);
    const { sha, lastModified, downloads, likes, gated, cardData, safetensors } = answer;
    const { license, license_name: licenseName, base_model: baseModel } = (cardData ?? {}) as Record<string, unknown>;
    const { total } = (safetensors ?? {}) as Record<string, unknown>;
    return flat(
      { sha, lastModified, downloads, likes, gated, license: licenseName ?? license, baseModel, parameters: total },
      "model",
    );
  },
  valueFor({ made, unit }, seen) {
    if (made.as !== "claim") return undefined;
    const { quantity, scope } = made.claim;
    if (quantity === "license") return comparableLicence(made.claim.value) ? text(seen["model.license"]) : undefined;
    if (quantity === "monthlyDownloads") return number(seen["model.downloads"]);
    if (quantity === "totalParameters" && unit === "parameters" && scope.setting === "as the Hub counts")
      return number(seen["model.parameters"]);
    return undefined;
  },
};

/** The card is prose: what is kept is its fingerprint, so that a change is seen, and nothing is read out of it. */
export const huggingFaceCard: Observer = {
  name: "hugging-face-card",
  summary: "Whether the model card (README.md) on the Hugging Face Hub has changed",
  addressFor: ({ hubId }, env) => hubId && `${endpointOf(env)}/${hubId}/raw/main/README.md`,
  known: nothing,
  async observe(release, { env, read }) {
    const text = await read(this.addressFor(release, env)!, env.HF_TOKEN);
    if (text === null) return { "card.sha256": null };
    return { "card.sha256": createHash("sha256").update(text).digest("hex"), "card.characters": text.length };
  },
  valueFor: () => undefined,
};

/** Licences that the Hub has a short name for; others are told in words that cannot be compared. */
const comparableLicence = (value: unknown) => /^(modified )?mit$|^apache[- ]2\.0$/i.test(String(value));

const text = (value: unknown) => (typeof value === "string" ? value : undefined);
const number = (value: unknown) => (typeof value === "number" ? value : undefined);
