/** What a sample asks, in sixteen letters: the same in two runs where they ask the same. */
import { hash } from "node:crypto";

/** @param parts  what makes the question: its words, its right answers, what it rests on */
export const questionHash = (...parts: readonly unknown[]): string =>
  hash("sha256", JSON.stringify(parts)).slice(0, 16);
