/** Whether a server that has answered takes no connections any more: to ask on would only fail what could be asked later. */
import type { Trial } from "./trial.ts";

const enough = 3;

export class ServerWatch {
  #hasAnswered = false;
  #refusedInRow = 0;

  add({ outcome, failure }: Pick<Trial, "outcome" | "failure">): void {
    if (failure?.class === "connection-refused") this.#refusedInRow++;
    else if (outcome !== "skipped") {
      this.#hasAnswered = true;
      this.#refusedInRow = 0;
    }
  }

  get isGone(): boolean {
    return this.#hasAnswered && this.#refusedInRow >= enough;
  }
}
