/**
 * What a page has learned of how late this device sounds, for the next page: a browser that opens one while the machine is
 * busy tells it wrongly for some ten seconds.
 */
import type { Settings } from "../../store/settings.ts";

export interface LagMemory {
  read(stream: string): Promise<number | null>;
  keep(stream: string, lagMs: number): void;
}

/** What is used of the settings on this device. */
interface LagRecords {
  read(): Promise<Pick<Settings, "outputLag">>;
  update(changes: Pick<Settings, "outputLag">): Promise<void>;
}

/** Smaller changes are not worth a write, ms. */
const WORTH_KEEPING_MS = 0.3;

export function createLagMemory(records: LagRecords): LagMemory {
  let kept: Settings["outputLag"] = null;
  return {
    async read(stream) {
      kept = await records.read().then(
        ({ outputLag }) => outputLag,
        () => null, // a store that can't be read is no reason to be silent
      );
      return kept?.stream === stream ? kept.lagMs : null;
    },
    keep(stream, lagMs) {
      if (kept?.stream === stream && Math.abs(kept.lagMs - lagMs) < WORTH_KEEPING_MS) return;
      kept = { stream, lagMs };
      records.update({ outputLag: kept }).catch(() => {}); // it is learned anew
    },
  };
}

/** Streams that are made alike lag alike. */
export function nameStream({ sampleRate, baseLatency }: AudioContext): string {
  return `${sampleRate} Hz, ${baseLatency} s`;
}
