/** Whether this browser decodes music into samples as well as its media element plays it. */
import { hexToBytes } from "@noble/hashes/utils.js";

/** A FLAC stream of two channels at 44.1 kHz, as its header describes it (RFC 9639, 8.2): asked about without one, Chromium says no. */
const FLAC_HEADER = hexToBytes(`664c61438000002210001000${"00".repeat(6)}0ac442f0${"00".repeat(20)}`);

const CONFIGS: readonly AudioDecoderConfig[] = [
  { codec: "mp3", sampleRate: 44_100, numberOfChannels: 2 },
  { codec: "mp4a.40.2", sampleRate: 44_100, numberOfChannels: 2, description: new Uint8Array([0x12, 0x10]) },
  { codec: "opus", sampleRate: 48_000, numberOfChannels: 2 },
  { codec: "flac", sampleRate: 44_100, numberOfChannels: 2, description: FLAC_HEADER },
];

/** What the element plays and the decoders don't would be lost: then false. @param isPlayed by the media element */
export async function decodesAll(isPlayed: (mimeType: string) => boolean): Promise<boolean> {
  if (!("AudioDecoder" in globalThis)) return false;
  const answers = await Promise.all(
    CONFIGS.map(async (config) => {
      const mimeType = config.codec === "mp3" ? "audio/mpeg" : `audio/mp4; codecs="${config.codec}"`;
      return !isPlayed(mimeType) || (await AudioDecoder.isConfigSupported(config)).supported === true;
    }),
  );
  return answers.every(Boolean);
}
