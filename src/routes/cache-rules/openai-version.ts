/** Of `gpt-5.6-sol` 506, of `gpt-5` 500; NaN where the model is no GPT of that form. */
export function openAiVersion(model: string): number {
  const [, major, minor] = /^gpt-(\d+)(?:\.(\d+))?(?:-|$)/.exec(model) ?? [];
  return Number(major) * 100 + Number(minor ?? 0);
}
