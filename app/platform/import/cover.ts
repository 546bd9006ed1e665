/** The cover as everyone in the jam gets it. */
import { MAX_COVER_BYTES, type Manifest } from "../../core/index.ts";

type CoverType = NonNullable<Manifest["cover"]>["mimeType"];

export interface Cover {
  readonly bytes: Uint8Array;
  readonly mimeType: CoverType;
}

/** Makes a picture small enough. Null where it cannot be decoded, or there is nothing to draw with. */
export type ResizeCover = (image: Blob) => Promise<Cover | null>;

const SIGNATURES: readonly (readonly [CoverType, readonly number[]])[] = [
  ["image/jpeg", [0xff, 0xd8, 0xff]],
  ["image/png", [0x89, 0x50, 0x4e, 0x47]],
  ["image/webp", [0x52, 0x49, 0x46, 0x46]],
];

/**
 * A picture that is small already stays as it is, so that the same file is the same track on every device. Its type is
 * read from its first bytes: tags are often wrong about it.
 */
export async function prepareCover(image: Uint8Array, resize: ResizeCover): Promise<Cover | null> {
  const mimeType = SIGNATURES.find(([, signature]) => signature.every((byte, at) => image[at] === byte))?.[0];
  if (mimeType !== undefined && image.byteLength <= MAX_COVER_BYTES) return { bytes: image.slice(), mimeType };
  const cover = await resize(new Blob([image.slice()], mimeType === undefined ? {} : { type: mimeType }));
  return cover && cover.bytes.byteLength > 0 && cover.bytes.byteLength <= MAX_COVER_BYTES ? cover : null;
}

/** Where there is no canvas: pictures that are too large are left out. */
export const omitLargeCover: ResizeCover = () => Promise.resolve(null);
