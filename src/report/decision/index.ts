/** A decision in words: on a terminal, in a run's page, in tables of its own. */
export { decisionDocument, groundingRemark, headlineOf } from "./document.ts";
export { decisionSection, decisionStyle } from "./section.ts";
export { decisionText, documentText, shortlistText } from "./text.ts";
