/** What a user types for a model, resolved: a release of the ledger, a config, a checkpoint, a repository on a hub. */
import { readFile, stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { type ModelShape, modelShapeOf, modelShapeOfGguf } from "../anatomy/index.ts";
import { messageOf, UserError } from "../errors.ts";
import type { Release } from "../ledger/index.ts";
import { ownFolder, readConfig, readRelease } from "../ledger-files/index.ts";
import {
  type Checkpoint,
  huggingFace,
  openCheckpoint,
  placedTensors,
  type Remote,
  storedPrecision,
} from "../weights/index.ts";

export interface ResolvedModel {
  readonly name: string;
  readonly shape: ModelShape;
  readonly configSource: {
    readonly title: string;
    readonly url: string | null;
    /** The day it was seen; null where nobody noted it. */
    readonly date: string | null;
  };
  /** Null where only a config was read. */
  readonly checkpoint: Checkpoint | null;
  readonly assumptions: readonly string[];
}

export interface Surroundings {
  readonly cwd: string;
  /** HF_ENDPOINT and HF_TOKEN are read. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of the ledger. */
  readonly folder?: string;
}

/** @throws UserError where nothing has the name, its config is not published or has no formula, or the hub is out of reach */
export async function resolveModel(
  given: string,
  { cwd, env, folder = ownFolder }: Surroundings,
): Promise<ResolvedModel> {
  const path = resolve(cwd, given);
  const found = given === "" ? null : await stat(path).catch(() => null);
  if (found?.isFile() && path.endsWith(".json")) return fromConfigFile(path);
  if (found !== null) return fromCheckpoint(await openCheckpoint(path), null);
  if (/^[./~]|\.(json|gguf|safetensors)$/.test(given) && given.split("/").length !== 3)
    throw new UserError({
      happened: `there is no file or folder ${given}`,
      expected: "a config.json, a checkpoint, a release of the ledger or a Hugging Face repository",
      mend: "check the path",
    });
  try {
    return modelOfRelease(readRelease(given, folder), folder);
  } catch (error) {
    const isRepository = /^[\w-][\w.-]*\/[\w-][\w./-]*$/.test(given);
    const isUnknown = error instanceof UserError && error.message.startsWith("there is no release");
    if (!isRepository || !isUnknown) throw error;
  }
  const remote = hubOf(env);
  return fromCheckpoint(await openCheckpoint(given, { remote }), `${remote.endpoint}/${given}`);
}

/** The weights that a path or a hub's repository names, whatever the ledger has under that name. @throws UserError */
export async function openWeights(given: string, { cwd, env }: Surroundings): Promise<Checkpoint> {
  const path = resolve(cwd, given);
  const isHere = (await stat(path).catch(() => null)) !== null;
  return isHere ? openCheckpoint(path) : openCheckpoint(given, { remote: hubOf(env) });
}

function hubOf(env: Surroundings["env"]): Remote {
  const endpoint = env.HF_ENDPOINT ?? huggingFace.endpoint;
  if (!/^https?:$/.test(URL.parse(endpoint)?.protocol ?? ""))
    throw new UserError({
      happened: `HF_ENDPOINT is ${JSON.stringify(endpoint)}`,
      expected: "an address such as https://huggingface.co",
      mend: "correct HF_ENDPOINT, or unset it",
    });
  return { ...huggingFace, endpoint, ...(env.HF_TOKEN ? { token: env.HF_TOKEN } : {}) };
}

/** @throws UserError where the release's config is not published, or has no formula */
export function modelOfRelease(release: Release, folder = ownFolder): ResolvedModel {
  const config = readConfig(release, folder);
  if (config === null)
    throw new UserError({
      happened: `no estimate: ${
        release.config.status === "unknown"
          ? `the ledger has no config of ${release.name}`
          : `the config of ${release.name} is not published`
      }`,
      expected: "a release whose config the ledger has",
      mend: "name a config.json or a checkpoint instead",
    });
  const { configSource, config: entry, name } = config.release;
  if (entry.status === "partial")
    throw new UserError({
      happened: `no estimate: the config of ${name} is known in part only`,
      expected: "a release whose whole config the ledger has",
      mend: "name a config.json or a checkpoint instead",
    });
  const shape = modelShapeOf(config.values);
  const inherited = config.release.id === release.id ? [] : [`the config is that of ${name}`];
  return {
    name: release.name,
    shape,
    configSource: {
      title: configSource?.title ?? `config of ${name}`,
      url: configSource !== null && "url" in configSource ? configSource.url : null,
      date: ("observed" in entry && entry.observed) || null,
    },
    checkpoint: null,
    assumptions: [...inherited, ...shape.assumptions],
  };
}

async function fromConfigFile(path: string): Promise<ResolvedModel> {
  const shape = modelShapeOf(parseConfig(await readFile(path, "utf8"), path));
  const configSource = { title: path, url: null, date: null };
  return { name: basename(path), shape, configSource, checkpoint: null, assumptions: shape.assumptions };
}

function parseConfig(text: string, path: string): Readonly<Record<string, unknown>> {
  const mistake = (why: string) =>
    new UserError({ happened: `${path} ${why}`, expected: "a Hugging Face config.json", mend: "download it again" });
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch (error) {
    throw mistake(`is not JSON: ${messageOf(error).slice(0, 100)}`);
  }
  if (typeof config !== "object" || config === null || Array.isArray(config)) throw mistake("is not a table");
  return config as Readonly<Record<string, unknown>>;
}

function fromCheckpoint(checkpoint: Checkpoint, url: string | null): ResolvedModel {
  const { name, config, format } = checkpoint;
  if (config === null && format === "gguf") return fromGguf(checkpoint, url);
  if (config === null)
    throw new UserError({
      happened: `no estimate: ${name} has no config.json beside it`,
      expected: "a checkpoint with its config.json",
      mend: "put the model's config.json into the folder",
    });
  const shape = modelShapeOf(config);
  const configSource = { title: `config.json of ${name}`, url, date: null };
  return { name, shape, configSource, checkpoint, assumptions: shape.assumptions };
}

function fromGguf(checkpoint: Checkpoint, url: string | null): ResolvedModel {
  const { name, metadata, tensors } = checkpoint;
  const described = modelShapeOfGguf({ metadata: Object.fromEntries(metadata), tensors });
  const shape = { ...described, storage: storedPrecision(placedTensors(checkpoint, described.layers)) };
  const configSource = { title: `metadata of ${name}`, url, date: null };
  return { name, shape, configSource, checkpoint, assumptions: shape.assumptions };
}
