/** `assay models`: what can be asked from here, and what a server says it serves. */
import { request } from "undici";
import { z } from "zod";
import { messageOf, UserError } from "../../errors.ts";
import { vendorRoute, vendors } from "../../routes/index.ts";
import { specimens } from "../../specimens/index.ts";
import { plain, wrapped } from "../../units/index.ts";
import { defineCommand, type Io, jsonFlag } from "../command.ts";
import { table } from "../table.ts";

const flags = z.object({
  baseUrl: z.string().optional().describe("Ask this server what it serves"),
  vendor: z.string().optional().describe("Ask this vendor what it serves, with your key"),
  apiKeyEnv: z.string().optional().describe("Name of the environment variable that holds the key"),
  json: jsonFlag,
});

export const modelsCommand = defineCommand({
  name: "models",
  summary: "List the models that can be used here, or those that a server serves",
  flags,
  examples: ["assay models", "assay models --vendor deepseek", "assay models --base-url http://localhost:8000/v1"],
  async run({ flags, io }) {
    if (flags.baseUrl !== undefined || flags.vendor !== undefined) {
      const served = await servedModels(flags, io);
      io.print(flags.json ? JSON.stringify(served, null, 2) : served.map((id) => plain(id)).join("\n"));
      return 0;
    }
    const known = vendors.map(({ name, keyEnvs, keyRequired, baseUrl }) => ({
      name,
      baseUrl,
      keyEnv: keyEnvs[0]!,
      ready: !keyRequired || keyEnvs.some((variable) => io.env[variable]),
    }));
    if (flags.json) {
      io.print(
        JSON.stringify(
          {
            specimens: specimens.map(({ name, kind, attention }) => ({ model: `engine/${name}`, kind, attention })),
            vendors: known,
          },
          null,
          2,
        ),
      );
      return 0;
    }
    io.print(
      table(
        ["model", "kind", "attention"],
        specimens.map(({ name, kind, attention }) => [`engine/${name}`, kind, attention]),
        io.width,
      ),
    );
    io.print(`\n${wrapped(otherModels, io.width).join("\n")}\n`);
    io.print(
      table(
        ["model", "key", "address"],
        known.map((vendor) => [`${vendor.name}/…`, vendor.ready ? "ready" : `set ${vendor.keyEnv}`, vendor.baseUrl]),
        io.width,
      ),
    );
    return 0;
  },
});

const otherModels = "Any GGUF file: --gguf <file>. Any server: --base-url <address> --model <name>. Vendors by name:";

async function servedModels({ baseUrl, vendor, apiKeyEnv }: z.infer<typeof flags>, io: Io): Promise<string[]> {
  const { endpoint } = vendorRoute({ model: `${vendor ?? "custom"}/any`, baseUrl, keyEnv: apiKeyEnv }, io.env);
  const url = `${endpoint.baseUrl}/models`;
  const authorisation =
    endpoint.protocol === "anthropic-messages"
      ? { "x-api-key": endpoint.apiKey ?? "", "anthropic-version": "2023-06-01" }
      : { authorization: `Bearer ${endpoint.apiKey ?? ""}` };
  try {
    const response = await request(url, {
      headers: endpoint.apiKey === null ? {} : authorisation,
      headersTimeout: 20_000,
      bodyTimeout: 20_000,
    });
    if (response.statusCode !== 200) {
      await response.body.dump();
      throw new Error(`the server answered with status ${response.statusCode}`);
    }
    const listed = z.object({ data: z.array(z.object({ id: z.string() })) }).parse(await response.body.json());
    return listed.data.map(({ id }) => id);
  } catch (error) {
    throw new UserError(
      {
        happened: `${url} did not list its models: ${messageOf(error).split("\n")[0]}`,
        expected: 'an answer like {"data": [{"id": "model-name"}]}',
        mend: "check the address, with its version part, and the key",
      },
      { cause: error },
    );
  }
}
