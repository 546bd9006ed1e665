/**
 * Every number that was chosen. Each with its unit, its source, and what breaks at the extremes.
 */

// Sizes ------------------------------------------------------------------------------------------------------------

/** Payload of one `block`, bytes. 16 KiB as in BEP 3: larger messages hold up control, smaller ones cost headers. */
export const BLOCK_BYTES = 16 * 1024;
/** A chunk: 2 s of 24-bit 192 kHz stereo FLAC is 1.6 MB. Larger would let a manifest demand unbounded memory. */
export const MAX_CHUNK_BYTES = 4 * 1024 * 1024;
/** Six hours in chunks of 2 s. Bounds bitfields (1.3 KB) and manifests. */
export const MAX_CHUNKS_PER_TRACK = 10_800;
/** FLAC's STREAMINFO and Vorbis' set-up headers are a few KB. */
export const MAX_INIT_BYTES = 64 * 1024;
/** A cover is a thumbnail: fetched by everyone before they see it. */
export const MAX_COVER_BYTES = 64 * 1024;
/** 10,800 chunks at 45 bytes, an init segment, tags. */
export const MAX_MANIFEST_BYTES = 640 * 1024;
/** One message on a data channel; 64 KiB is what every browser takes in one piece (RFC 8831, 6.6). */
export const MAX_WIRE_MESSAGE_BYTES = 64 * 1024;
/** One message to or from the server, bytes of UTF-8. Two signed documents of a full programme fit. */
export const MAX_SIGNALLING_MESSAGE_BYTES = 256 * 1024;

// Time ---------------------------------------------------------------------------------------------------------------

/** Target length of a chunk, µs. Shorter: more hashes and messages; longer: later first sound. */
export const CHUNK_TARGET_US = 2_000_000;
