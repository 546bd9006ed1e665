/** A worker that does nothing but ring: its timers are not throttled while the page is hidden. */

export interface AlarmWorker {
  /** Rings once for `id`, `delayMs` from now. There is no cancelling: the owner ignores what it no longer expects. */
  ringAfter(id: number, delayMs: number): void;
}

/** Inline, because it is shorter than the request for it would be. */
const SOURCE = "onmessage = ({ data: [id, delayMs] }) => setTimeout(() => postMessage(id), delayMs);";

/** Null where the page cannot start workers. */
export function createAlarmWorker(onRing: (id: number) => void): AlarmWorker | null {
  // The URL is never revoked: some browsers read it only after the constructor returned, and there is one per page.
  const url = URL.createObjectURL(new Blob([SOURCE], { type: "text/javascript" }));
  try {
    const worker = new Worker(url, { name: "alarms" });
    worker.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data === "number") onRing(data);
    };
    return { ringAfter: (id, delayMs) => worker.postMessage([id, delayMs]) };
  } catch {
    return null; // a policy without `worker-src blob:`: the page's own timers remain, late when hidden but never lost
  }
}
