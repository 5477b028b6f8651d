/** A route: how one model is reached, what that costs and which rules hold there. */
import { UserError } from "../errors.ts";
import type { CallRequest, Endpoint } from "../wire/index.ts";
import { type CacheRule, cacheRuleOf } from "./cache-rules/index.ts";
import type { Price } from "./price.ts";
import { vendors } from "./vendors.ts";

export type CandidateKind = "vendor" | "gguf" | "trained specimen" | "calibration specimen";

export interface Route {
  /** `route/model`, e.g. `deepseek/deepseek-chat` or `engine/mla`. */
  readonly id: string;
  readonly model: string;
  readonly endpoint: Endpoint;
  readonly kind: CandidateKind;
  /** What a reader has to know before believing a number; null where nothing. */
  readonly notice: string | null;
  readonly attention: string | null;
  readonly trainedContextTokens: number | null;
  /** Prompt and output together; null where it is not known. */
  readonly contextTokens: number | null;
  readonly price: Price | null;
  /** Measured in the engine's real cache, or null. */
  readonly kvCache: { readonly bytesPerToken: number; readonly fixedBytes: number; readonly source: string } | null;
  /** What the route should read from its cache, once `tokenize` says what its prompts are; null where no rule is known. */
  readonly cacheRule: CacheRule | null;
  /** Changes with the model's file; left out where the file is not ours to see. */
  readonly fingerprint?: string;
  /** The prompt as the model will see it, token ids; null where only the vendor can know. */
  readonly tokenize: ((request: CallRequest) => Promise<Int32Array>) | null;
  /** Routes in one lane share a machine and must not disturb each other's timings: they take turns. */
  readonly lane: string;
  readonly maxOutputTokens: number;
}

export interface VendorRouteOptions {
  readonly model: string;
  /** Stands for the model in the route's id. */
  readonly name?: string | undefined;
  readonly baseUrl?: string | undefined;
  /** The variable that holds the key; null for none to be sent. Left out, see {@link keyEnvsOf}. */
  readonly keyEnv?: string | null | undefined;
  readonly protocol?: Endpoint["protocol"] | undefined;
  readonly price?: Price | null | undefined;
  readonly maxOutputTokens?: number | undefined;
  /** False for a route that nothing will be sent to: it needs no key. */
  readonly sends?: boolean | undefined;
}

/**
 * The route for `vendor/model`, or for any model behind `baseUrl`.
 *
 * @param env where keys and base URLs are looked up
 * @throws UserError for an unknown vendor or a missing key
 */
export function vendorRoute(options: VendorRouteOptions, env: Readonly<Record<string, string | undefined>>): Route {
  const { vendor, model } = splitModel(options);
  const known = vendors.find(({ name }) => name === vendor);
  const baseUrl = options.baseUrl ?? (known && (env[known.baseUrlEnv] || known.baseUrl));
  if (baseUrl === undefined)
    throw new UserError({
      happened: `no route leads to "${options.model}"`,
      expected: `engine/<specimen>, a --base-url, or one of ${vendors.map(({ name }) => `${name}/…`).join(" ")}`,
      mend: "run `assay models` for what can be used here",
    });
  if (!URL.canParse(baseUrl) || !/^https?:$/.test(new URL(baseUrl).protocol))
    throw new UserError({
      happened: `"${baseUrl}" is not an address`,
      expected: "a base URL with its version part, like https://api.example.com/v1",
      mend: "correct --base-url",
    });
  const keyEnvs = keyEnvsOf(options);
  const keyEnv = sentKeyEnv(options, env);
  const apiKey = keyEnv === null ? null : env[keyEnv]!;
  const keyNeeded =
    typeof options.keyEnv === "string" || (options.baseUrl === undefined && known?.keyRequired === true);
  if (apiKey === null && keyNeeded && options.sends !== false)
    throw new UserError({
      happened: `there is no key for ${options.model}: ${keyEnvs.join(" and ")} ${keyEnvs.length > 1 ? "are" : "is"} not set`,
      expected: "a key in the environment or in a .env file",
      mend: `put ${keyEnvs[0]}=… into .env, or name another variable with --api-key-env`,
    });
  return {
    id: routeId(options),
    model,
    endpoint: {
      baseUrl: baseUrl.replace(/\/+$/, ""),
      protocol: options.protocol ?? known?.protocol ?? "openai-chat",
      apiKey,
    },
    kind: "vendor",
    notice: null,
    attention: null,
    trainedContextTokens: null,
    contextTokens: null,
    price: options.price ?? null,
    kvCache: null,
    // At an address of the user's, a vendor's name says which model it is, not who serves it.
    cacheRule: options.baseUrl === undefined || known?.keyRequired === false ? cacheRuleOf(vendor, model) : null,
    tokenize: null,
    lane: new URL(baseUrl).host,
    maxOutputTokens: options.maxOutputTokens ?? 1_024,
  };
}

/** The first of these that is set holds the key. At an address of the user's they are those of the protocol's own clients. */
function keyEnvsOf({ keyEnv, protocol, ...options }: VendorRouteOptions): readonly string[] {
  if (keyEnv !== undefined) return keyEnv === null ? [] : [keyEnv];
  const { vendor } = splitModel(options);
  const ofProtocol = protocol === "anthropic-messages" ? "ANTHROPIC_API_KEY" : "OPENAI_API_KEY";
  return vendors.find(({ name }) => name === vendor)?.keyEnvs ?? [ofProtocol];
}

/** The variable whose value goes along as key; null where none does. */
export const sentKeyEnv = (
  options: VendorRouteOptions,
  env: Readonly<Record<string, string | undefined>>,
): string | null => keyEnvsOf(options).find((name) => env[name]) ?? null;

/** Of what is reached at an address of the user's, and is no vendor's. Names in results begin with it; it may be given, too. */
const customVendor = "custom";

/** By which results name it: `vendor/model`, or `vendor/name` where it has one. */
export function routeId(options: Pick<VendorRouteOptions, "model" | "name" | "baseUrl">): string {
  const { vendor, model } = splitModel(options);
  return `${vendor}/${options.name ?? model}`;
}

function splitModel({ model, baseUrl }: Pick<VendorRouteOptions, "model" | "baseUrl">): {
  vendor: string;
  model: string;
} {
  const slash = model.indexOf("/");
  const vendor = slash > 0 ? model.slice(0, slash) : "";
  // At an address of the user's, `cohere/…` is a name that the server there gives.
  const isNamed = vendors.some(({ name, chats }) => name === vendor && (chats || baseUrl === undefined));
  if (isNamed) return { vendor, model: model.slice(slash + 1) };
  if (baseUrl === undefined) return { vendor, model };
  return { vendor: customVendor, model: vendor === customVendor ? model.slice(slash + 1) : model };
}
