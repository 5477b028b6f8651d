/** Whether a run would reach the models that it asks; nothing is started and nothing sent. */
import { type Mistake, UserError } from "../errors.ts";
import { sentKeyEnv, type VendorRouteOptions, vendorRoute } from "../routes/index.ts";
import type { SpecimenInfo } from "../specimens/index.ts";
import { cannotRerank, defaultModels, isOnEngine, nameOf, refuseMissing, specimenNamed, wayTo } from "./candidates.ts";
import type { Io } from "./command.ts";
import type { Question } from "./question.ts";

export interface Reach {
  readonly model: string;
  readonly role: "answers" | "judges" | "embeds" | "reranks";
  /** Null where a problem stands in the way. */
  readonly at: string | null;
  readonly key: "set" | "none sent" | null;
  /** The variable whose value goes there as key; null where none does. */
  readonly keyEnv: string | null;
  readonly problem: Mistake | null;
  readonly specimen: SpecimenInfo | null;
}

/** Each model that a run would ask, and what keeps it from being asked. Nothing is started and nothing sent. */
export function reachOf(question: Question, io: Io): Reach[] {
  const { settings, needs } = question;
  const answering = settings.model ?? (settings.gguf ? [] : defaultModels());
  const helpers = [
    ...(needs.judge === null ? [] : [{ model: needs.judge, role: "judges" as const }]),
    ...needs.embedders.map((model) => ({ model, role: "embeds" as const })),
    ...needs.rerankers.map((model) => ({ model, role: "reranks" as const })),
  ];
  return [
    ...answering.map((model) => reach(model, "answers", io, wayTo(model, question))),
    ...(settings.gguf ?? []).map((path) =>
      reachable(path, "answers", () => {
        refuseMissing([path]);
        return {};
      }),
    ),
    ...helpers.map(({ model, role }) => reach(model, role, io)),
  ];
}

function reach(model: string, role: Reach["role"], io: Io, options: Partial<VendorRouteOptions> = {}): Reach {
  if (isOnEngine(model))
    return reachable(model, role, () => {
      if (role === "reranks") throw cannotRerank(model);
      return { specimen: specimenNamed(nameOf(model)) };
    });
  return reachable(model, role, () => {
    const way = { model, ...options };
    const keyEnv = sentKeyEnv(way, io.env);
    return { at: vendorRoute(way, io.env).endpoint.baseUrl, key: keyEnv === null ? "none sent" : "set", keyEnv };
  });
}

function reachable(model: string, role: Reach["role"], find: () => Partial<Reach>): Reach {
  const unknown = { model, role, at: null, key: null, keyEnv: null, problem: null, specimen: null };
  try {
    return { ...unknown, at: "embedded engine", key: "none sent", ...find() };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...unknown, problem: error.mistake };
  }
}

/** Whether a run would find the way to a model; keys are not looked for. @throws UserError where it would not */
export function refuseUnknownModel(model: string, io: Io): void {
  if (isOnEngine(model)) specimenNamed(nameOf(model));
  else vendorRoute({ model, sends: false }, io.env);
}
