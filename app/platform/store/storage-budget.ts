/** How much music this device may keep, and whether the browser promised not to clear it. */
import { STORE_MAX_BUDGET_BYTES, STORE_QUOTA_SHARE, STORE_UNKNOWN_QUOTA_BUDGET_BYTES } from "../../core/index.ts";

/** The part of `navigator.storage` that is needed; absent in insecure contexts. */
export type StorageEstimator = Pick<StorageManager, "estimate" | "persist" | "persisted">;

/** Pure. @param chosenBytes what the person set, or null; @param quotaBytes what the browser grants, or null if it does not tell. */
export function computeBudget(chosenBytes: number | null, quotaBytes: number | null): number {
  if (chosenBytes !== null) return quotaBytes === null ? chosenBytes : Math.min(chosenBytes, quotaBytes);
  if (quotaBytes === null) return STORE_UNKNOWN_QUOTA_BUDGET_BYTES;
  return Math.min(Math.floor(quotaBytes * STORE_QUOTA_SHARE), STORE_MAX_BUDGET_BYTES);
}

export async function readQuotaBytes(storage: StorageEstimator | undefined): Promise<number | null> {
  try {
    return (await storage?.estimate())?.quota ?? null;
  } catch {
    return null; // some browsers reject where they have no opinion
  }
}

export async function readPersisted(storage: StorageEstimator | undefined): Promise<boolean> {
  try {
    return (await storage?.persisted()) ?? false;
  } catch {
    return false; // no promise is as good as none
  }
}

export async function askPersistence(storage: StorageEstimator | undefined): Promise<boolean> {
  try {
    return (await storage?.persist()) ?? false;
  } catch {
    return false; // a refusal, however it is put
  }
}
