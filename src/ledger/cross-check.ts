/**
 * What no single file can show: ids used twice, links that lead nowhere, circles. It reads whatever shape the files have,
 * so that a mistake in one of them does not hide those in the others.
 */
import { fieldOf, type Problem } from "./problem.ts";

export interface ParsedFile {
  /** Path in the data folder, with `/`. */
  readonly path: string;
  readonly json: unknown;
}

interface Reference {
  readonly file: ParsedFile;
  readonly path: readonly PropertyKey[];
  readonly id: string;
  readonly to: readonly Kind[];
}
type Kind = "releases" | "ideas" | "orgs" | "hardware" | "bottlenecks" | List;
type List = (typeof lists)[number];
/** Lists whose entries have ids of their own. */
const lists = ["claims", "prices", "contradictions"] as const;

export function crossCheck(files: readonly ParsedFile[]): Problem[] {
  const ids = idsOf(files);
  const references = files.flatMap(referencesOf);
  return [
    ...files.flatMap(misnamed),
    ...duplicates(ids),
    ...references.flatMap((reference) => dangling(reference, ids)),
    ...files.flatMap(withoutSource),
    ...files.flatMap(unexplainedNumbers),
    ...circles(files),
  ];
}

/** Everything with an id: where it stands. Subjects share one space of names, so that a link's end needs no kind. */
function idsOf(files: readonly ParsedFile[]): { id: string; kind: Kind; file: ParsedFile; path: PropertyKey[] }[] {
  return files.flatMap((file) => {
    const folder = folderOf(file);
    if (folder === null) return [];
    const own = text(field(file.json, "id"));
    const inside = lists.flatMap((kind) =>
      entries(file.json, kind).flatMap(([index, entry]) => {
        const id = text(field(entry, "id"));
        return id === null ? [] : [{ id, kind, file, path: [kind, index] }];
      }),
    );
    return [...(own === null ? [] : [{ id: own, kind: folder, file, path: ["id"] }]), ...inside];
  });
}

function misnamed(file: ParsedFile): Problem[] {
  const id = text(field(file.json, "id"));
  const name = file.path
    .split("/")
    .at(-1)!
    .replace(/\.json$/, "");
  if (folderOf(file) === null || id === null || id === name) return [];
  return [problem(file, ["id"], `it is ${id}, and the file is ${name}.json`, "rename the file, or correct the id")];
}

function duplicates(ids: ReturnType<typeof idsOf>): Problem[] {
  const seen = new Map<string, string>();
  return ids.flatMap(({ id, kind, file, path }) => {
    const key = `${lists.find((list) => list === kind) ?? "subject"} ${id}`;
    const before = seen.get(key);
    seen.set(key, before ?? file.path);
    if (before === undefined) return [];
    return [problem(file, path, `${id} stands in ${before} already`, "give one of the two another id")];
  });
}

function dangling({ file, path, id, to }: Reference, ids: ReturnType<typeof idsOf>): Problem[] {
  if (ids.some((one) => one.id === id && to.includes(one.kind))) return [];
  const kinds = to.map((kind) => singular[kind]).join(" or ");
  return [problem(file, path, `there is no ${kinds} ${id}`, "correct the id, or add what it names")];
}
const singular: Readonly<Record<Kind, string>> = {
  releases: "release",
  ideas: "idea",
  orgs: "organisation",
  hardware: "accelerator",
  bottlenecks: "bottleneck",
  claims: "claim",
  prices: "price",
  contradictions: "contradiction",
};

/** Every field that names something by its id. */
function referencesOf(file: ParsedFile): Reference[] {
  const found: Reference[] = [];
  const refer = (json: unknown, path: readonly PropertyKey[], to: readonly Kind[]) => {
    const id = text(path.reduce<unknown>(field, json));
    if (id !== null) found.push({ file, path, id, to });
  };
  const each = (list: string, read: (at: PropertyKey[]) => void) => {
    for (const [index] of entries(file.json, list)) read([list, index]);
  };
  const subjects: readonly Kind[] = ["releases", "ideas", "orgs", "hardware"];
  const { json } = file;
  refer(json, ["org"], ["orgs"]);
  refer(json, ["vendor"], ["orgs"]);
  refer(json, ["base"], ["releases"]);
  refer(json, ["config", "from"], ["releases"]);
  each("ideas", (at) => refer(json, at, ["ideas"]));
  each("buildsOn", (at) => refer(json, at, ["ideas"]));
  each("evidence", (at) => refer(json, at, ["claims"]));
  each("attackedBy", (at) => refer(json, [...at, "idea"], ["ideas"]));
  each("prices", (at) => refer(json, [...at, "host"], ["orgs"]));
  each("hardware", (at) => refer(json, [...at, "hardware"], ["hardware"]));
  each("links", (at) => refer(json, [...at, "to"], ["releases", "ideas"]));
  each("claims", (at) => {
    refer(json, [...at, "baseline", "subject"], subjects);
    refer(json, [...at, "check", "relativeTo", "release"], ["releases"]);
    refer(json, [...at, "replaces"], ["claims"]);
  });
  for (const [index, contradiction] of entries(json, "contradictions"))
    for (const [claim] of entries(contradiction, "claims"))
      refer(json, ["contradictions", index, "claims", claim], ["claims"]);
  const introduced = field(json, "introduced");
  refer(json, ["introduced", "release"], ["releases"]);
  for (const [index] of entries(introduced, "by")) refer(json, ["introduced", "by", index], ["orgs"]);
  for (const [index, name] of entries(json, "names")) {
    refer(json, ["names", index, "vendor"], ["orgs"]);
    for (const [one] of entries(name, "serves")) refer(json, ["names", index, "serves", one, "release"], ["releases"]);
  }
  for (const [index, question] of entries(json, "questions"))
    for (const [one] of entries(question, "about")) refer(json, ["questions", index, "about", one], subjects);
  return found;
}

/** Keys of sources that the file does not have. */
function withoutSource(file: ParsedFile): Problem[] {
  const known = Object.keys((field(file.json, "sources") as object | null) ?? {});
  const places: PropertyKey[][] = [
    ["config"],
    ["introduced"],
    ...["claims", "links", "prices", "hardware", "names"].flatMap((list) =>
      entries(file.json, list).map(([index]) => [list, index]),
    ),
  ];
  return places.flatMap((at) => {
    const key = text([...at, "source"].reduce<unknown>(field, file.json));
    if (key === null || known.includes(key)) return [];
    return [
      problem(
        file,
        [...at, "source"],
        `this file has no source ${key}`,
        'add it to "sources", or use one that is there',
      ),
    ];
  });
}

/** Arithmetic is evidence only where every number of it is explained. */
function unexplainedNumbers(file: ParsedFile): Problem[] {
  return entries(file.json, "claims").flatMap(([index, claim]) => {
    const check = field(claim, "check");
    const expression = text(field(check, "expression"));
    if (expression === null) return [];
    const inputs = new Set(entries(check, "inputs").map(([, input]) => Number(field(input, "value"))));
    const bare = (expression.match(/\d+(\.\d+)?/g) ?? []).map(Number).filter((one) => one !== 1 && !inputs.has(one));
    if (bare.length === 0) return [];
    const path = ["claims", index, "check", "expression"];
    return [problem(file, path, `${bare.join(", ")} is not among its inputs`, "add each number with what it is")];
  });
}

/** Relations that must not come back to where they started. */
function circles(files: readonly ParsedFile[]): Problem[] {
  const relations: { name: string; path: (file: ParsedFile) => readonly (readonly PropertyKey[])[] }[] = [
    { name: "base", path: () => [["base"]] },
    { name: "config", path: () => [["config", "from"]] },
    { name: "buildsOn", path: (file) => entries(file.json, "buildsOn").map(([index]) => ["buildsOn", index]) },
    {
      name: "supersedes",
      path: (file) =>
        entries(file.json, "links")
          .filter(([, link]) => field(link, "kind") === "supersedes")
          .map(([index]) => ["links", index, "to"]),
    },
  ];
  const found = relations.flatMap(({ name, path }) => {
    const edges = files.flatMap((file) => {
      const from = text(field(file.json, "id"));
      return path(file).flatMap((at) => {
        const to = text(at.reduce<unknown>(field, file.json));
        return from === null || to === null ? [] : [{ from, to, file, path: at }];
      });
    });
    return circlesOf(edges, name);
  });
  const claims = files.flatMap((file) =>
    entries(file.json, "claims").flatMap(([index, claim]) => {
      const [from, to] = [text(field(claim, "id")), text(field(claim, "replaces"))];
      return from === null || to === null ? [] : [{ from, to, file, path: ["claims", index, "replaces"] }];
    }),
  );
  return [...found, ...circlesOf(claims, "replaces")];
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly file: ParsedFile;
  readonly path: readonly PropertyKey[];
}

/** One problem for each circle, told at the edge that closes it. */
function circlesOf(edges: readonly Edge[], relation: string): Problem[] {
  const outgoing = Map.groupBy(edges, ({ from }) => from);
  const done = new Set<string>();
  const found: Problem[] = [];
  const visit = (id: string, trail: readonly string[]) => {
    if (done.has(id)) return;
    for (const { to, file, path } of outgoing.get(id) ?? []) {
      const start = [...trail, id].indexOf(to);
      if (start < 0) visit(to, [...trail, id]);
      else {
        const round = [...trail.slice(start), id, to].join(" → ");
        found.push(problem(file, path, `a circle of ${relation}: ${round}`, "take out the link that is wrong"));
      }
    }
    done.add(id);
  };
  for (const { from } of edges) visit(from, []);
  return found;
}

const problem = (file: ParsedFile, path: readonly PropertyKey[], happened: string, mend: string): Problem => ({
  file: file.path,
  field: fieldOf(file.json, path),
  happened,
  mend,
});

const folderOf = ({ path }: ParsedFile): Kind | null => (path.includes("/") ? (path.split("/")[0] as Kind) : null);
const field = (json: unknown, key: PropertyKey): unknown =>
  typeof json === "object" && json !== null ? (json as Record<PropertyKey, unknown>)[key] : undefined;
const text = (value: unknown): string | null => (typeof value === "string" ? value : null);
const entries = (json: unknown, list: string): [number, unknown][] => {
  const value = field(json, list);
  return Array.isArray(value) ? value.map((entry, index) => [index, entry]) : [];
};
