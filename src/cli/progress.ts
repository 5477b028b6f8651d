/** A progress bar on standard error, drawn only where somebody watches. */
import type { Io } from "./command.ts";

export interface ProgressBar {
  /** @param share from 0 to 1 */
  readonly update: (share: number, remark?: string) => void;
  readonly done: () => void;
}

const cells = 24;
const redrawEveryMs = 80;

export function progressBar(io: Io, title: string): ProgressBar {
  let drawnAt = Number.NEGATIVE_INFINITY;
  return {
    update: (share, remark = "") => {
      const now = performance.now();
      if (io.progress === null || (now - drawnAt < redrawEveryMs && share < 1)) return;
      drawnAt = now;
      const filled = Math.round(Math.min(1, Math.max(0, share)) * cells);
      const line = `${"━".repeat(filled)}${"─".repeat(cells - filled)} ${String(Math.floor(share * 100)).padStart(3)} %  ${title}${remark && ` · ${remark}`}`;
      io.progress(line.slice(0, io.width - 1));
    },
    done: () => io.progress?.(null),
  };
}
