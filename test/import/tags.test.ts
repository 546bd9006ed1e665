import { expect, test } from "vitest";
import { readTags, titleFromFileName } from "../../app/platform/import/tags.ts";

test.each([
  ["Blue Moon.mp3", "Blue Moon"],
  ["03 - Blue Moon.flac", "Blue Moon"],
  ["03. Blue Moon.flac", "Blue Moon"],
  ["03_-_blue_moon_(live).mp3", "blue moon (live)"],
  ["music/albums/Blue Moon.mp3", "Blue Moon"],
  ["99 Luftballons.mp3", "99 Luftballons"],
  ["1979.mp3", "1979"],
  ["Mr. Blue Sky.m4a", "Mr. Blue Sky"],
  [".mp3", "Untitled"],
  ["", "Untitled"],
])("%s is called %s", (fileName, title) => {
  expect(titleFromFileName(fileName)).toBe(title);
});

test("tags win over the name, and are one line each", () => {
  expect(readTags({ title: " Blue\n Moon\u0000", artist: "Nobody", album: "  " }, "x.mp3")).toEqual({
    title: "Blue Moon",
    artist: "Nobody",
    album: "",
  });
});

test("the album's artist stands in for a missing one", () => {
  expect(readTags({ albumArtist: "Nobody" }, "x.mp3").artist).toBe("Nobody");
});

test("a long title is cut between characters and survives UTF-8", () => {
  const { title } = readTags({ title: `${"a".repeat(299)}🎵🎵` }, "x.mp3");
  expect(title).toBe("a".repeat(299));
  expect(readTags({ title: "half \ud83c a note" }, "x.mp3").title).toBe("half a note");
});
