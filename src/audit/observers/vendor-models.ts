/** The vendor's own list of models, with the user's key: which API names are served today. */
import { UserError } from "../../errors.ts";
import type { Release } from "../../ledger/index.ts";
import { vendors } from "../../routes/index.ts";
import type { Access, Observer } from "./observer.ts";
import { jsonObject } from "./seen-values.ts";

/** Organisations of the ledger whose API is known under another name. */
const vendorOf: Readonly<Record<string, string>> = { "deepseek-ai": "deepseek", "moonshot-ai": "moonshot" };

export const vendorModels: Observer = {
  name: "vendor-models",
  summary: "Names in the vendor's list of models, asked with your key",
  addressFor: (release, env) => routeOf(release, env)?.url ?? null,
  known: () => null,
  async observe(release, { env, read }) {
    const { url, key, keyEnv } = routeOf(release, env)!;
    if (key === undefined)
      throw new UserError({
        happened: `${url} needs a key`,
        expected: `a key in ${keyEnv}`,
        mend: `set ${keyEnv}, or check without this page`,
      });
    const { data } = jsonObject(await read(url, key), url);
    const names = (Array.isArray(data) ? data : []).flatMap((entry: unknown) => {
      const id = typeof entry === "object" && entry !== null && "id" in entry ? entry.id : null;
      return typeof id === "string" ? [id.replace(/^models\//, "")] : [];
    });
    return Object.fromEntries(names.map((name) => [`served.${name}`, true]));
  },
  valueFor({ made }, seen) {
    if (made.as !== "API name") return undefined;
    return seen[`served.${made.apiName.name}`] === true ? "served" : "not served";
  },
};

function routeOf({ org }: Release, env: Access["env"]) {
  const vendor = vendors.find(({ name, chats }) => chats && name === (vendorOf[org] ?? org));
  if (vendor === undefined) return null;
  const key = vendor.keyEnvs.map((name) => env[name]).find((value) => value);
  return { url: `${env[vendor.baseUrlEnv] ?? vendor.baseUrl}/models`, key, keyEnv: vendor.keyEnvs[0]! };
}
