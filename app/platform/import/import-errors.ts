/** Which of the many ways to fail is whose: the disk's, the store's, the file's. */
import { ImportError, StoreError } from "../../core/index.ts";

/** What a `Blob` throws when the file behind it moved, changed or cannot be read (File API, 4.1). */
const READ_FAILURES: ReadonlySet<string> = new Set(["NotReadableError", "NotFoundError", "SecurityError"]);

export function isUnreadable(error: unknown): boolean {
  return error instanceof DOMException && READ_FAILURES.has(error.name);
}

/** An error as the one who added the file should hear of it; `signal`'s own reason when that is why. */
export function toImportFailure(error: unknown, fileName: string, signal: AbortSignal | undefined): Error {
  if (signal?.aborted) return abortReason(signal);
  if (error instanceof ImportError) return error;
  if (error instanceof StoreError)
    return error.code === "quota" ? new ImportError("storage-full", fileName, { cause: error }) : error;
  return new ImportError(isUnreadable(error) ? "unreadable" : "damaged", fileName, { cause: error });
}

/** Why the import was called off: the signal's reason, or what a signal without one stands for. */
export function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new DOMException("The import was called off.", "AbortError");
}
