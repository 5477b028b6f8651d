/** A progress bar on standard error, drawn only where somebody watches. */
import { widthOf } from "../units/index.ts";
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
      const bar = `${"━".repeat(filled)}${"─".repeat(cells - filled)} ${String(Math.floor(share * 100)).padStart(3)} %  `;
      io.progress(bar + beside(title, remark, io.width - 1 - widthOf(bar)));
    },
    done: () => io.progress?.(null),
  };
}

/** Where room is short the title goes first, and then the end of the remark: how far it is stands at its beginning. */
function beside(title: string, remark: string, room: number): string {
  const parts = remark === "" ? [] : remark.split(" · ");
  const shorter = parts.map((_, index) => parts.slice(0, parts.length - index).join(" · "));
  const fitting = [[title, ...parts].join(" · "), ...shorter].find((text) => widthOf(text) <= room);
  return fitting ?? (parts[0] ?? title).slice(0, room);
}
