/** A question with its choices, A to Z, and how to answer it. */
export function choiceQuestion(question: string, choices: readonly string[]): string {
  const listed = choices.map((choice, index) => `(${String.fromCharCode(65 + index)}) ${choice}`);
  return `${question}\n\nChoices:\n${listed.join("\n")}\n\nAnswer with "The correct answer is (letter)".`;
}
