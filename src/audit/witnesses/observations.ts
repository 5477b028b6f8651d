/** What observers saw on pages and APIs, today or on the last day that somebody looked. */
import type { Observation } from "../observations.ts";
import { observers } from "../observers/index.ts";
import type { Witness } from "./witness.ts";

export const observationsWitness =
  (observations: readonly Observation[]): Witness =>
  (statement) =>
    observations.flatMap(({ observer: name, release, url, at, seen }) => {
      const observer = observers.find((one) => one.name === name);
      if (release !== statement.subject || observer === undefined) return [];
      const value = observer.valueFor(statement, seen);
      return value === undefined ? [] : [{ by: "observed", value, from: observer.summary, url, on: at.slice(0, 10) }];
    });
