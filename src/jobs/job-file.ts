/** Reads a job's file: YAML or JSON with the lines of what is wrong, or TypeScript. */
import { UserError } from "../errors.ts";
import { complaintOf } from "./issue.ts";
import { Job } from "./job.ts";
import { isModule, readModule } from "./module-file.ts";
import { type Located, readYaml } from "./yaml-file.ts";

export interface JobFile {
  readonly job: Job;
  readonly sha256: string;
  readonly place: Located["place"];
}

/**
 * @param path absolute
 * @param name of the file, for messages
 * @throws UserError with line, key, value and what was expected
 */
export async function readJobFile(path: string, name: string): Promise<JobFile> {
  const { value, sha256, place } = isModule(path)
    ? await readModule(path, name)
    : readYaml(path, name, "correct the path, or have `assay init` write a first job");
  const job = Job.safeParse(value);
  if (!job.success) {
    const { path: at, happened, expected } = complaintOf(job.error, value);
    throw new UserError({
      happened: `${place(at)}: ${happened}`,
      expected,
      mend: "docs/jobs.md describes every key; with its schema an editor lists them",
    });
  }
  if (job.data.samples === undefined && job.data.import === undefined)
    throw new UserError({
      happened: `${name} has neither \`samples\` nor \`import\``,
      expected: "questions: a list, a file of them, or an import",
      mend: "add `samples:`; a file with `scenario:` holds settings of a run, and `assay run` takes it",
    });
  return { job: job.data, sha256, place };
}
