/** Asks the browser once which chunk formats it plays; a worker cannot ask, as it may have no MediaSource. */

/** Every MIME type that importing can come to, and others by which a browser may know the same format. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  // Firefox takes MP3 only in MP4, and the player wraps the frames.
  "audio/mpeg": ['audio/mp4; codecs="mp3"'],
  'audio/mp4; codecs="mp4a.40.2"': [],
  'audio/mp4; codecs="mp4a.40.5"': [],
  'audio/mp4; codecs="mp4a.40.29"': [],
  'audio/mp4; codecs="mp4a.67"': [],
  'audio/mp4; codecs="mp4a.40.42"': [],
  'audio/mp4; codecs="flac"': ['audio/mp4; codecs="fLaC"'],
  'audio/mp4; codecs="opus"': ['audio/mp4; codecs="Opus"'],
  'audio/webm; codecs="vorbis"': [],
};

interface TypeProbe {
  isTypeSupported(mimeType: string): boolean;
}

/** iPhones have only the managed kind. */
export function findTypeProbe(): TypeProbe | null {
  const scope: { readonly MediaSource?: TypeProbe | undefined; readonly ManagedMediaSource?: TypeProbe | undefined } = globalThis;
  return scope.MediaSource ?? scope.ManagedMediaSource ?? null;
}

/** Where nothing can play, everything counts as playable: such a device can still share. */
export function playableTypes(probe: TypeProbe | null): readonly string[] {
  const types = Object.entries(ALIASES);
  if (!probe) return types.map(([mimeType]) => mimeType);
  return types
    .filter(([mimeType, aliases]) => [mimeType, ...aliases].some((name) => probe.isTypeSupported(name)))
    .map(([mimeType]) => mimeType);
}
