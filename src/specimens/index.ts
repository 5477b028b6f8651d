export { type EnsureOptions, ensureSpecimen } from "./build.ts";
export { SpecimenCard } from "./card.ts";
export { readersFolder, type SpecimenInfo, specimens } from "./catalog.ts";
export { type Design, designs } from "./designs.ts";
export { type SpecimenTokenizer, specialTokens, specimenTokenizer } from "./tokenizer.ts";
