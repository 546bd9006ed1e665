/** Why a media sink did not take a chunk. */
export class SinkError extends Error {
  override readonly name = "SinkError";
  /** `quota`: its buffer is full, remove and try again. `refused`: it makes nothing of these bytes. `closed`: passing. */
  readonly code: "quota" | "refused" | "closed";

  constructor(code: SinkError["code"], message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}
