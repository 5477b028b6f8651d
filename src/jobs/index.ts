/** The user's own jobs: one schema for their files, and samples from many. */
export { armName, type RetrievalModels } from "./arms.ts";
export { type Candidate as JobCandidate, candidateName } from "./candidate.ts";
export type { ImportSpec, Unsupported } from "./imports/index.ts";
export { type Arm, defineJob, Job, type JobInput } from "./job.ts";
export { type JobSamples, type LoadedImport, type LoadedJob, loadJob } from "./load.ts";
export { type JobNeeds, needsOf } from "./needs.ts";
export { type ArmOverview, type JobOverview, type MaterialOverview, overviewOf } from "./overview.ts";
export { promptOf } from "./prompt.ts";
export { openRows } from "./rows.ts";
export { type JobSample, type MessageSpec, SampleSpec, Settings } from "./sample.ts";
export { type FindOptions, type JobScenarioOptions, jobScenario, type OpenJob, openJob } from "./scenario.ts";
export type { PriceOf } from "./stand-in.ts";
