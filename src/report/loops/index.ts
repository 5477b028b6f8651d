/** Loops of a run, turn by turn: what was read from the cache, what could have been, and why it was not. */
export { type CandidateLoops, LoopSelection } from "./loops.ts";
export { loopSection } from "./section.ts";
export { loopText } from "./text.ts";
