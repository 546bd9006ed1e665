/**
 * A member without ears: joins a jam, offers what it brought, keeps what the jam has, and serves it. It decides when it
 * is done and why it gives up; everything between is the engine's.
 */
import * as v from "valibot";
import { EntryIdSchema, pieceCount, Session } from "../../app/core/index.ts";
import type {
  Cancel,
  Manifest,
  ProgrammeEntry,
  SessionEvent,
  SessionOptions,
  SignedDocument,
  SwarmApi,
  TrackId,
} from "../../app/core/index.ts";
import { countOf, formatBytes } from "./amounts.ts";
import { PeerFailure } from "./failure.ts";
import type { Report } from "./report.ts";
import { closeSentence, refusalSentence } from "./sentences.ts";

export interface OfferedTrack {
  readonly trackId: TrackId;
  readonly manifest: Manifest;
}

export interface HeadlessPeerOptions {
  /** Everything that a session needs of the world. */
  readonly engine: Omit<SessionOptions, "onEvent" | "keepsProgramme" | "createPlayer">;
  /** Where the server is, as people know it. */
  readonly serverName: string;
  readonly hosts: boolean;
  readonly plays: boolean;
  readonly keeps: boolean;
  /** In the store already, to be added to the programme. */
  readonly offers: readonly OfferedTrack[];
  /** The one track that the programme must have; null where any will do. */
  readonly expected: TrackId | null;
  readonly knownDocuments: readonly SignedDocument[];
  keepDocuments(documents: readonly SignedDocument[]): Promise<void>;
  newId(): string;
  readonly report: Report;
  /** For whoever watches the engine at work; the peer itself has seen the event already. */
  onEvent?(event: SessionEvent): void;
}

/** How often progress is shown, and what could not be done yet is tried again, ms. */
const LOOK_MS = 200;

export class HeadlessPeer {
  readonly #options: HeadlessPeerOptions;
  readonly #session: Session;
  readonly #asked = new Set<TrackId>();
  readonly #ended: Promise<void>;
  #finish: () => void = () => {};
  #giveUp: (error: unknown) => void = () => {};
  #hasJoined = false;
  #cancelLook: Cancel = () => {};
  /** When there was something to fetch for the first time. */
  #startedMs: number | null = null;

  constructor(options: HeadlessPeerOptions) {
    this.#options = options;
    this.#ended = new Promise((resolve, reject) => {
      this.#finish = resolve;
      this.#giveUp = reject;
    });
    this.#session = new Session({ ...options.engine, keepsProgramme: true, onEvent: (event) => this.#receive(event) });
  }

  /** For figures, and for limits to what is uploaded. */
  get swarm(): Pick<SwarmApi, "setUploads" | "trackStats" | "neighbourStats"> {
    return this.#session.swarm;
  }

  /**
   * Resolves when everything is here, unless it is to be kept on offer; then only `stop` ends it.
   * @throws PeerFailure
   */
  async run(): Promise<void> {
    this.#session.join(Promise.resolve(this.#options.knownDocuments));
    try {
      await this.#ended;
    } finally {
      this.#cancelLook();
      this.#session.leave();
    }
  }

  stop(): void {
    this.#finish();
  }

  #receive(event: SessionEvent): void {
    this.#react(event);
    this.#options.onEvent?.(event);
  }

  #react(event: SessionEvent): void {
    const { report } = this.#options;
    switch (event.kind) {
      case "joined":
        return this.#joined();
      case "offline":
        return this.#offline(event.code, event.isFinal);
      case "documents":
        this.#options.keepDocuments(event.documents).catch((error: unknown) => {
          this.#fail(`The jam's state cannot be kept: ${String(error)}.`);
        });
        return;
      case "track-complete":
        if (!this.#options.offers.some(({ trackId }) => trackId === event.trackId))
          report.line(`Complete: ${this.#titleOf(event.trackId)}`);
        return;
      case "peer-banned":
        return report.line(`Banned a peer: ${event.reason}`);
      case "store-failed":
        return this.#fail(`The music cannot be kept: ${event.message}.`);
      case "refused":
        if (event.reason === "host-absent") this.#fail("The host is away, so nobody can accept the tracks; try again later.");
        return;
      default:
        return;
    }
  }

  #joined(): void {
    const { report, hosts, engine } = this.#options;
    if (hosts && !this.#session.isHost)
      return this.#fail(`The jam ${engine.jamId} has another host: leave out --host, or choose another --jam.`);
    if (!hosts && this.#session.isHost)
      return this.#fail(`Nobody has started the jam ${engine.jamId} yet: start it first, or be its host with --host.`);
    if (this.#hasJoined) return report.line("Back at the server.");
    this.#hasJoined = true;
    const others = countOf(this.#session.members.length - 1, "other member");
    report.line(`Joined ${engine.jamId} as ${hosts ? "host" : "listener"}, with ${others}.`);
    this.#look();
  }

  #offline(code: number, isFinal: boolean): void {
    const { report, serverName } = this.#options;
    if (isFinal) this.#fail(closeSentence(code));
    else if (!this.#hasJoined) this.#fail(`There is no answer from a BeatTorrent server at ${serverName}.`);
    else report.line("The server is out of reach; trying again, and serving meanwhile.");
  }

  #look(): void {
    this.#cancelLook = this.#options.engine.clock.schedule(LOOK_MS, () => this.#look());
    this.#offerTracks().catch((error: unknown) => this.#giveUp(error));
    this.#play();
    this.#tellProgress();
    this.#checkExpected();
    if (!this.#options.keeps && this.#isComplete()) this.#complete();
  }

  async #offerTracks(): Promise<void> {
    for (const { trackId, manifest } of this.#options.offers) {
      if (this.#asked.has(trackId) || this.#session.entries.some((entry) => entry.trackId === trackId)) continue;
      this.#asked.add(trackId);
      const outcome = await this.#session.addTrack(trackId, manifest, v.parse(EntryIdSchema, this.#options.newId()));
      if (outcome.ok) this.#options.report.line(`Offered: ${nameTrack(manifest)}`);
      else if (outcome.reason === "server-offline") this.#asked.delete(trackId);
      else this.#fail(`${manifest.title} cannot be added: ${refusalSentence(outcome.reason)}`);
    }
  }

  /** A host that plays never leaves a track standing, whoever added it. */
  #play(): void {
    const now = this.#session.nowPlaying();
    if (this.#options.plays && now.kind === "entry" && !now.playing) this.#session.command({ kind: "play" });
  }

  #tellProgress(): void {
    const { swarm, entries } = this.#session;
    if (entries.length > 0) this.#startedMs ??= this.#options.engine.clock.nowMs();
    const held = entries.map(({ trackId }) => this.#heldShare(trackId));
    this.#options.report.progress({
      fraction: held.reduce((sum, share) => sum + share, 0) / Math.max(1, held.length),
      tracks: entries.length,
      peers: swarm.neighbourStats().length,
      receivedBytes: this.#receivedBytes(),
      sentBytes: swarm.trackStats().reduce((sum, { bytesUploaded }) => sum + bytesUploaded, 0),
    });
  }

  #checkExpected(): void {
    const { expected } = this.#options;
    const { entries } = this.#session;
    if (expected === null || entries.length === 0 || entries.some((entry) => entry.trackId === expected)) return;
    this.#fail("The jam has other tracks than the one that --num-chunks and --chunk-size describe.");
  }

  #isComplete(): boolean {
    const { entries, swarm } = this.#session;
    if (entries.length === 0 || entries.some(({ trackId }) => this.#heldShare(trackId) < 1)) return false;
    // In memory is not enough: the next run must find it.
    const kept = new Map(swarm.trackStats().map((track) => [track.trackId, track]));
    return entries.every(({ trackId }) => kept.get(trackId)?.chunksHeld === swarm.manifest(trackId)?.chunks.length);
  }

  #complete(): void {
    const { entries } = this.#session;
    const receivedBytes = this.#receivedBytes();
    const tookMs = Math.max(1, this.#options.engine.clock.nowMs() - (this.#startedMs ?? 0));
    const rate =
      receivedBytes === 0 ? "" : ` in ${(tookMs / 1000).toFixed(1)} s (${formatBytes((receivedBytes / tookMs) * 1000)}/s)`;
    this.#options.report.line(
      `Everything is here: ${countOf(entries.length, "track")}, ${formatBytes(receivedBytes)} fetched${rate}.`,
    );
    this.#finish();
  }

  #receivedBytes(): number {
    const tracks = this.#session.swarm.trackStats();
    return tracks.reduce((sum, { bytesFromOrigin, bytesFromListeners }) => sum + bytesFromOrigin + bytesFromListeners, 0);
  }

  /** 0…1 of a track's pieces; 0 while its manifest is unknown. */
  #heldShare(trackId: TrackId): number {
    const manifest = this.#session.swarm.manifest(trackId);
    if (!manifest) return 0;
    const held = this.#session.swarm.pieceStates(trackId).reduce((count, state) => count + (state === 2 ? 1 : 0), 0);
    return held / pieceCount(manifest);
  }

  #titleOf(trackId: TrackId): string {
    const entry = this.#session.entries.find((each) => each.trackId === trackId);
    return entry ? nameTrack(entry) : trackId;
  }

  #fail(sentence: string): void {
    this.#giveUp(new PeerFailure(sentence));
  }
}

function nameTrack({ artist, title }: Pick<ProgrammeEntry, "artist" | "title">): string {
  return artist === "" ? title : `${artist}: ${title}`;
}
