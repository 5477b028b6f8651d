/** Who may answer: a model's name, or one with the address and the price that are its own. */
import { z } from "zod";

const name = z.string().min(1);
const usdPerMtok = z.number().min(0);

const CandidatePrice = z.strictObject({
  input: usdPerMtok.describe("USD per million tokens"),
  cached: usdPerMtok.optional().describe("Of input that is read from the cache [as input]"),
  written: usdPerMtok.optional().describe("Of input that is written to the cache [as input]"),
  output: usdPerMtok,
  observedOn: z.iso.date("expected a day, YYYY-MM-DD").optional().describe("When it held [the day of the run]"),
});

const Candidate = z
  .strictObject({
    model: name.describe("`<vendor>/<model>`, or a name that the server behind `baseUrl` knows"),
    name: name
      .regex(/^[^/,\s]+$/, "expected a name without slashes, commas and spaces")
      .optional()
      .describe("What the candidate is called, where another one has the same model [as the model]"),
    baseUrl: z
      .string()
      .refine(isAddress, "expected a base URL with its version part, like https://api.example.com/v1")
      .optional()
      .describe("An OpenAI-compatible or Anthropic server, with its version part [the vendor's own]"),
    apiKeyEnv: name.optional().describe("Name of the environment variable that holds its key"),
    protocol: z
      .enum(["openai-chat", "openai-completions", "anthropic-messages"])
      .optional()
      .describe("Wire format behind `baseUrl` [openai-chat]"),
    price: CandidatePrice.optional().describe("[what the ledger has of the vendor]"),
  })
  .refine(({ model }) => !model.startsWith("engine/"), {
    path: ["model"],
    error: "expected a vendor's model: the embedded engine has no address and no price",
  });
export type Candidate = z.infer<typeof Candidate>;

/** By which a run knows it. */
export const candidateName = (entry: CandidateEntry): string =>
  typeof entry === "string" ? entry : (entry.name ?? entry.model);

export const CandidateEntry = z.union([name, Candidate]);
export type CandidateEntry = z.infer<typeof CandidateEntry>;

function isAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
