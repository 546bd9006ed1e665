/** A file as a person hands it over: recognised, its tags read, its music ready to be read. */
import { ADTS, BlobSource, FLAC, Input, MATROSKA, MP3, MP4, MPEG_TS, OGG, QTFF, WAVE, WEBM } from "mediabunny";
import type { AttachedImage, MetadataTags } from "mediabunny";
import { ImportError } from "../../core/index.ts";
import { openEncodeReader } from "./encode-reader.ts";
import { isUnreadable } from "./import-errors.ts";
import { readMp3Gapless } from "./mp3-gapless.ts";
import { createMuxer } from "./create-muxer.ts";
import { openRemuxReader } from "./remux-reader.ts";
import { readTags, type SongTags } from "./tags.ts";
import type { TrackReader } from "./track-reader.ts";

/** All that the demuxer knows but playlists (HLS), which would fetch from the network whatever a file names. */
const FORMATS = [MP4, QTFF, MATROSKA, WEBM, WAVE, OGG, FLAC, MP3, ADTS, MPEG_TS];

export interface SongFile {
  readonly tags: SongTags;
  /** The front cover as the file has it, of any size. */
  readonly image: AttachedImage | null;
  readonly reader: TrackReader;
  /** What the container says of its length, in seconds: good enough for a progress bar. Null where it is silent. */
  readonly durationHintS: number | null;
  /** Lets go of the file. */
  close(): void;
}

/**
 * @param canPlay whether MediaSource takes a MIME type here; what it does not take is encoded.
 * @throws ImportError; whatever a failing disk throws.
 */
export async function openSongFile(file: Blob, fileName: string, canPlay: (mimeType: string) => boolean): Promise<SongFile> {
  if (file.size === 0) throw new ImportError("empty", fileName);
  const input = new Input({ source: new BlobSource(file), formats: FORMATS });
  try {
    const format = await readFormat(input, fileName);
    const track = await input.getPrimaryAudioTrack();
    if (!track) throw new ImportError((await input.getTracks()).length > 0 ? "no-audio-track" : "damaged", fileName);
    const remuxed = await openRemuxReader(track, {
      gapless: format === MP3 ? await readMp3Gapless(file) : null,
      exactDurations: format === OGG || format === MP4 || format === QTFF,
    });
    const isPlayable = remuxed !== null && canPlay(createMuxer(remuxed.format).mimeType);
    const reader = isPlayable ? remuxed : await openEncodeReader(track, canPlay);
    if (!reader) throw new ImportError("codec-unsupported", fileName);
    const metadata: MetadataTags = await input.getMetadataTags().catch(() => ({})); // Broken tags are no reason to refuse music.
    const images = metadata.images ?? [];
    const image = images.find(({ kind }) => kind === "coverFront") ?? images[0] ?? null;
    const durationHintS = await track.getDurationFromMetadata();
    return { tags: readTags(metadata, fileName), image, reader, durationHintS, close: () => input.dispose() };
  } catch (error) {
    input.dispose();
    throw error;
  }
}

async function readFormat(input: Input, fileName: string) {
  try {
    return await input.getFormat();
  } catch (error) {
    // Unknown formats have an error of their own, but very short files fail in other ways.
    throw isUnreadable(error) ? error : new ImportError("not-audio", fileName, { cause: error });
  }
}
