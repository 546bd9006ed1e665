/** Consecutive blocks of one piece: what one request asks for, and one reject refuses. */
import { BLOCK_BYTES } from "../tunables.ts";

export interface BlockRun {
  readonly index: number;
  readonly offset: number;
  readonly length: number;
}

/** Its blocks, in order; the last may be shorter. */
export function blocksOf<Run extends BlockRun>(run: Run): Run[] {
  const blocks: Run[] = [];
  const end = run.offset + run.length;
  for (let { offset } = run; offset < end; offset += BLOCK_BYTES)
    blocks.push({ ...run, offset, length: Math.min(BLOCK_BYTES, end - offset) });
  return blocks;
}

/** Whole blocks of a piece of `sizeBytes`. */
export function isAligned({ offset, length }: BlockRun, sizeBytes: number): boolean {
  const end = offset + length;
  return offset % BLOCK_BYTES === 0 && end <= sizeBytes && (end % BLOCK_BYTES === 0 || end === sizeBytes);
}
