/** Shrinks a cover with a canvas, on the page or in a worker. */
import { MAX_COVER_BYTES } from "../../core/index.ts";
import type { Cover, ResizeCover } from "./cover.ts";

/** Sides to try, in pixels: sharp at half a phone's width on a dense screen, then whatever fits. */
const SIDES = [512, 384, 256, 128];
const QUALITIES = [0.85, 0.7, 0.5];

export const resizeCover: ResizeCover = async (image) => {
  const bitmap = await createImageBitmap(image).catch(() => null); // Not a picture that this browser knows.
  if (!bitmap) return null;
  try {
    for (const side of SIDES) {
      const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
      const draw = {
        width: Math.max(1, Math.round(bitmap.width * scale)),
        height: Math.max(1, Math.round(bitmap.height * scale)),
      };
      for (const quality of QUALITIES) {
        const cover = await encodeJpeg(bitmap, draw, quality);
        if (cover && cover.bytes.byteLength <= MAX_COVER_BYTES) return cover;
      }
    }
    return null;
  } finally {
    bitmap.close();
  }
};

/** JPEG, since Safari's canvas writes no WebP. */
async function encodeJpeg(
  bitmap: ImageBitmap,
  size: { readonly width: number; readonly height: number },
  quality: number,
): Promise<Cover | null> {
  const blob =
    typeof OffscreenCanvas === "undefined"
      ? await pageCanvasToBlob(bitmap, size, quality)
      : await offscreenCanvasToBlob(bitmap, size, quality);
  return blob?.type === "image/jpeg" ? { bytes: new Uint8Array(await blob.arrayBuffer()), mimeType: "image/jpeg" } : null;
}

async function offscreenCanvasToBlob(
  bitmap: ImageBitmap,
  { width, height }: { readonly width: number; readonly height: number },
  quality: number,
) {
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, width, height);
  return canvas.convertToBlob({ type: "image/jpeg", quality });
}

function pageCanvasToBlob(
  bitmap: ImageBitmap,
  { width, height }: { readonly width: number; readonly height: number },
  quality: number,
) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, width, height);
  return new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
}
