/** A prompt with its answer behind it, as a prompt that goes on behind them begins. */

export function withAnswer(prompt: Int32Array, answer: Int32Array): Int32Array {
  const whole = new Int32Array(prompt.length + answer.length);
  whole.set(prompt);
  whole.set(answer, prompt.length);
  return whole;
}

/** What an engine has evaluated when the answer ends: its last token was sampled and never read. */
export function evaluated(prompt: Int32Array, answer: Int32Array | undefined): Int32Array {
  return answer === undefined || answer.length < 2 ? prompt : withAnswer(prompt, answer.subarray(0, -1));
}
