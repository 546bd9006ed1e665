/** How many bytes may be asked of one link before any of them has come: what it carries in a moment, no more. */
import { BLOCK_BYTES, OUTSTANDING_MAX_BYTES, OUTSTANDING_MIN_BYTES, OUTSTANDING_TARGET_MS } from "../tunables.ts";

/** A link that did not answer in time gets one block at a time until it does. `bytesPerMs` 0 means not yet measured. */
export function outstandingBudgetBytes(link: { readonly bytesPerMs: number; readonly isSnubbed: boolean }): number {
  if (link.isSnubbed) return BLOCK_BYTES;
  return Math.min(OUTSTANDING_MAX_BYTES, Math.max(OUTSTANDING_MIN_BYTES, link.bytesPerMs * OUTSTANDING_TARGET_MS));
}
