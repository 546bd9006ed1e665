/** Which of a browser's container formats takes a track's chunks. Probed, never guessed from the browser's name. */

export interface MediaFormat {
  /** For `addSourceBuffer` and `changeType`. */
  readonly type: string;
  /** Raw MP3 frames have to be wrapped into fragmented MP4 first (Firefox). */
  readonly wrapsMp3: boolean;
}

/** Safari spells two codecs the way their MP4 sample entries are spelled. */
const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/codecs="opus"/, 'codecs="Opus"'],
  [/codecs="flac"/, 'codecs="fLaC"'],
];

const MP3_IN_MP4 = 'audio/mp4; codecs="mp3"';

/** Null when this browser can't play such chunks. */
export function chooseFormat(mimeType: string, isSupported: (type: string) => boolean): MediaFormat | null {
  const spellings = [mimeType, ...SPELLINGS.map(([from, to]) => mimeType.replace(from, to))];
  const type = spellings.find((spelling) => isSupported(spelling));
  if (type) return { type, wrapsMp3: false };
  if (mimeType === "audio/mpeg" && isSupported(MP3_IN_MP4)) return { type: MP3_IN_MP4, wrapsMp3: true };
  return null;
}
