/** The engine's door: everything outside `app/core` imports from here. */
export * from "./base64url.ts";
export * from "./errors.ts";
export * from "./ids.ts";
export * from "./ports.ts";
export * from "./tunables.ts";
export * from "./manifest/manifest.ts";
export * from "./wire/messages.ts";
export * from "./signalling/messages.ts";
export * from "./jam/documents.ts";
export * from "./jam/intents.ts";
export * from "./jam/now-playing.ts";
export * from "./swarm/api.ts";
export * from "./playback/api.ts";
