/** The music of this bench: marks, as files of the kinds that people have. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { toWav } from "../../fixtures/melody.ts";
import { MARK_SPACING_MS, synthesiseMarks } from "./marks.ts";

export const CODECS = ["flac", "mp3", "opus", "vorbis", "aac", "wav"] as const;
export type Codec = (typeof CODECS)[number];

interface Encoder {
  readonly command: string;
  readonly extension: string;
  args(from: string, to: string): readonly string[];
}

const ENCODERS: Readonly<Record<Exclude<Codec, "wav">, Encoder>> = {
  flac: { command: "flac", extension: "flac", args: (from, to) => ["--silent", "--force", "-o", to, from] },
  mp3: { command: "lame", extension: "mp3", args: (from, to) => ["--quiet", "-b", "128", from, to] },
  opus: { command: "opusenc", extension: "opus", args: (from, to) => ["--quiet", "--bitrate", "96", from, to] },
  vorbis: { command: "oggenc", extension: "ogg", args: (from, to) => ["--quiet", "-q", "5", "-o", to, from] },
  aac: { command: "ffmpeg", extension: "m4a", args: (from, to) => ["-v", "error", "-y", "-i", from, "-b:a", "128k", to] },
};

/** Not that of the sound card, so that browsers resample, as they do for most people. */
const SAMPLE_RATE_HZ = 44_100;

/** The program that makes such files, or null where none is needed. */
export function encoderOf(codec: Codec): string | null {
  return codec === "wav" ? null : ENCODERS[codec].command;
}

/** @param first number of its first mark, which begins with the track. Returns the file's path. */
export async function makeTrack(folder: string, name: string, codec: Codec, first: number, lengthMs: number): Promise<string> {
  const samples = synthesiseMarks(first, Math.round(lengthMs / MARK_SPACING_MS), SAMPLE_RATE_HZ);
  const wav = join(folder, `${name}.wav`);
  await writeFile(wav, toWav(samples, SAMPLE_RATE_HZ));
  if (codec === "wav") return wav;
  const { command, extension, args } = ENCODERS[codec];
  const file = join(folder, `${name}.${extension}`);
  await promisify(execFile)(command, [...args(wav, file)]);
  return file;
}
