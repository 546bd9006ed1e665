/** The music of these tests: the project's own fixtures. */
import { REPOSITORY } from "../support/source-files.ts";

/** Half a minute of MP3. */
export const MELODY = `${REPOSITORY}test/fixtures/melody-30s.mp3`;
/** Ten seconds of another. */
export const MELODY_B = `${REPOSITORY}test/fixtures/melody-b-10s.mp3`;
/** Files that are no music. */
export const BAD_TEXT = `${REPOSITORY}test/fixtures/bad/text.mp3`;
export const BAD_EMPTY = `${REPOSITORY}test/fixtures/bad/empty.mp3`;
