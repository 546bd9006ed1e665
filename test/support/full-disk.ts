/** A disk that is full, for fake-indexeddb: browsers abort the whole transaction, with the reason in its `error`. */

/** The next `count` writes of pieces find the disk full. Returns the way back to a disk without end. */
export function fillDisk(count: number): () => void {
  const put = IDBObjectStore.prototype.put;
  let refusalsLeft = count;
  IDBObjectStore.prototype.put = function (this: IDBObjectStore, value: unknown, key?: IDBValidKey) {
    const request = key === undefined ? put.call(this, value) : put.call(this, value, key);
    if (this.name === "pieces" && refusalsLeft-- > 0) {
      Object.defineProperty(this.transaction, "error", { value: new DOMException("disk full", "QuotaExceededError") });
      this.transaction.abort();
    }
    return request;
  };
  return () => {
    IDBObjectStore.prototype.put = put;
  };
}
