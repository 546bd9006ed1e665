/** Title, artist and album, as shown in lists: one line each, of bounded length. */

export interface SongTags {
  readonly title: string;
  readonly artist: string;
  readonly album: string;
}

/** The manifest's bound, in UTF-16 units. */
const MAX_LENGTH = 300;

interface RawTags {
  readonly title?: string | undefined;
  readonly artist?: string | undefined;
  readonly album?: string | undefined;
  readonly albumArtist?: string | undefined;
}

export function readTags(raw: RawTags, fileName: string): SongTags {
  return {
    title: tidy(raw.title) || titleFromFileName(fileName),
    artist: tidy(raw.artist) || tidy(raw.albumArtist),
    album: tidy(raw.album),
  };
}

/** `03_-_my_song (live).mp3` → `my song (live)`. */
export function titleFromFileName(fileName: string): string {
  const base = fileName.replace(/^.*[/\\]/, "").replace(/\.[A-Za-z0-9]{1,5}$/, "");
  const words = tidy(base.includes(" ") ? base : base.replace(/_/g, " "));
  const withoutNumber = words.replace(/^\d{1,3}(?:\s*[.)]\s*|\s+-\s+|\s*-\s+)(?=\S)/, "");
  return withoutNumber || words || "Untitled";
}

function tidy(text: string | undefined): string {
  if (text === undefined) return "";
  // Control characters become spaces; half a surrogate pair would not survive UTF-8.
  const line = text.replace(/[\p{Cc}\p{Cs}\s]+/gu, " ").trim();
  return line
    .slice(0, MAX_LENGTH)
    .replace(/\p{Cs}$/u, "")
    .trim();
}
