import { expect, test } from "vitest";
import { playableTypes } from "../../app/platform/import/playable-types.ts";

const browser = (...mimeTypes: string[]) => ({ isTypeSupported: (mimeType: string) => mimeTypes.includes(mimeType) });

test("a browser that takes MP3 only in MP4 plays MP3", () => {
  expect(playableTypes(browser('audio/mp4; codecs="mp3"'))).toEqual(["audio/mpeg"]);
});

test("a browser that knows Opus by its capital letter plays Opus", () => {
  expect(playableTypes(browser('audio/mp4; codecs="Opus"'))).toEqual(['audio/mp4; codecs="opus"']);
});

test("a device that plays nothing may still share everything", () => {
  expect(playableTypes(null)).toContain('audio/webm; codecs="vorbis"');
});
