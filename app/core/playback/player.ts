/**
 * Keeps one media element on one jam: asks the programming what should sound, keeps the buffer filled, starts the
 * element so that sound comes at the right moment, and holds it there. A state machine that looks at the world a few
 * times a second and whenever it is woken; everything it decides is decided by the pure modules beside it.
 *
 * A jump that people ask for (seek, next, resume) and a newcomer's start take the same road: stop, wait for the music
 * under the place, park the element there, and let go at the moment when the place is due. A stall and a large drift
 * are mended without stopping the element, because a phone with its screen locked may not be allowed to start again.
 */
import type { Cancel, Clock, MediaSink, SinkEvent, SinkStatus } from "../ports.ts";
import type { NowPlaying } from "../jam/now-playing.ts";
import { BUSY_TICK_MS, DRIFT_SEEK_MS, OUTPUT_DELAY_MAX_MS, OUTPUT_DELAY_SEEK_MS, PLAYER_TICK_MS } from "../tunables.ts";
import type { Aim } from "./aim.ts";
import type { MusicSource, PlaybackApi, PlaybackEvent, PlaybackState, PlaybackStats, Programming } from "./api.ts";
import { bufferedAheadMs } from "./buffer-plan.ts";
import { LatencyEstimate } from "./latency.ts";
import { MusicSupply } from "./music-supply.ts";
import { hasSounded, isMoving, stateOf } from "./phase.ts";
import type { Phase } from "./phase.ts";
import { PlaybackMeter } from "./playback-meter.ts";
import { Steering } from "./steering.ts";

export interface PlayerOptions {
  readonly clock: Clock;
  readonly source: MusicSource;
  readonly programming: Programming;
  readonly sink: MediaSink;
  onEvent(event: PlaybackEvent): void;
}

type PlayAim = Extract<Aim, { kind: "play" }>;

/** With nothing to sound; whoever changes that wakes us. */
const IDLE_TICK_MS = 1_000;
/** Moved by this much after a seek: it is running again. */
const MOVED_MS = 10;
/** A start or a jump that gets nowhere for this long is begun anew, ms. */
const PATIENCE_MS = 1_500;
/** What fails so soon after it began to move has failed to start, ms. */
const FAILED_START_MS = 300;
/** A sound device that fails so often in a row is left alone until a gesture. */
const MAX_FAILED_STARTS = 3;

export class Player implements PlaybackApi {
  readonly #options: PlayerOptions;
  readonly #supply: MusicSupply;
  readonly #steering: Steering;
  readonly #meter = new PlaybackMeter();
  /** From `play()` to sound, and from a seek to sound; first guesses from Chromium with a sound card (bench sync: 40–100). */
  readonly #startLatency = new LatencyEstimate(60, 400, 100);
  readonly #seekLatency = new LatencyEstimate(60, 2_500, Infinity);
  #now: NowPlaying = { kind: "nothing" };
  #aim: Aim = { kind: "nothing", hasEnded: false };
  #phase: Phase = { kind: "idle" };
  #state: PlaybackState = "idle";
  /** The element's timeline place minus local time, of the music that we follow: changes only when somebody jumps. */
  #lineMs = 0;
  #outputDelayMs = 0;
  /** The output delay was changed while the element moved, and the playhead hasn't been looked at since. */
  #isRetargeted = false;
  #failedStarts = 0;
  #isStarted = false;
  #isLooking = false;
  #lookAgain = false;
  #cancelTick: Cancel = () => {};

  constructor(options: PlayerOptions) {
    this.#options = options;
    this.#steering = new Steering(options.sink);
    this.#supply = new MusicSupply({
      source: options.source,
      sink: options.sink,
      onChange: () => this.wake(),
      onUnplayable: (trackId, message) => options.onEvent({ kind: "unplayable", trackId, message }),
    });
    options.sink.onEvent = (event) => this.#onSinkEvent(event);
  }

  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#meter.started(this.#nowMs());
    this.#unlock();
    this.wake();
  }

  unblock(): void {
    if (this.#phase.kind !== "blocked") return;
    this.#unlock();
    this.#failedStarts = 0;
    this.#phase = { kind: "filling", reason: "unblocked" };
    this.wake();
  }

  setVolume(level: number, muted: boolean): void {
    this.#options.sink.setVolume(level, muted);
  }

  setOutputDelay(delayMs: number): void {
    if (!(Math.abs(delayMs) <= OUTPUT_DELAY_MAX_MS))
      throw new RangeError(`outputDelayMs: ${delayMs} is beyond ±${OUTPUT_DELAY_MAX_MS}`);
    if (delayMs === this.#outputDelayMs) return;
    // Nobody has jumped: the line is moved, so that the way there is made up as drift is.
    this.#lineMs += delayMs - this.#outputDelayMs;
    this.#outputDelayMs = delayMs;
    this.#isRetargeted = isMoving(this.#phase);
    this.#steering.retarget();
    this.wake();
  }

  stop(): void {
    this.#isStarted = false;
    this.#cancelTick();
    this.#supply.stop();
    this.#options.sink.onEvent = () => {};
    this.#options.sink.close();
  }

  wake(): void {
    if (!this.#isStarted) return;
    this.#lookAgain = true;
    if (this.#isLooking) return; // woken by our own doing: the loop below looks once more
    this.#isLooking = true;
    try {
      while (this.#lookAgain) {
        this.#lookAgain = false;
        this.#look();
      }
    } finally {
      this.#isLooking = false;
    }
    this.#tellState();
    this.#cancelTick();
    this.#cancelTick = this.#options.clock.schedule(this.#nextLookMs(), () => this.wake());
  }

  stats(): PlaybackStats {
    const now: NowPlaying = this.#isStarted ? this.#options.programming.now() : { kind: "nothing" };
    const status = this.#options.sink.status();
    const place = this.#supply.placeOf(now);
    const referencePositionMs = now.kind === "entry" ? now.positionMs : null;
    const wantedMs = place && referencePositionMs !== null ? place.startMs + referencePositionMs : null;
    const hasPosition = hasSounded(this.#phase) || (this.#phase.kind === "resting" && this.#phase.isParked);
    const heardMs = status.mediaMs - (hasSounded(this.#phase) ? this.#outputDelayMs : 0);
    const driftMs = hasPosition && wantedMs !== null ? heardMs - wantedMs : null;
    return {
      state: this.#state,
      trackId: now.kind === "entry" ? now.entry.trackId : null,
      positionMs: referencePositionMs !== null && driftMs !== null ? Math.max(0, referencePositionMs + driftMs) : null,
      referencePositionMs,
      driftMs: this.#phase.kind === "playing" ? driftMs : null,
      outputUncertaintyMs: status.outputUncertaintyMs,
      outputDelayMs: this.#outputDelayMs,
      bufferedAheadMs: wantedMs === null ? 0 : bufferedAheadMs(status.bufferedMs, hasPosition ? status.mediaMs : wantedMs),
      firstSoundMs: this.#meter.firstSoundMs,
      stalls: this.#meter.stalls,
      stalledMs: this.#meter.stalledMs(this.#nowMs()),
    };
  }

  // Looking.

  #look(): void {
    this.#now = this.#options.programming.now();
    const aim = this.#supply.follow(this.#now, this.#options.programming, this.#outputDelayMs);
    this.#aim = aim;
    switch (aim.kind) {
      case "nothing":
        if (!(aim.hasEnded && this.#isFinishing())) this.#halt({ kind: "idle" });
        return;
      case "rest":
        return this.#rest(aim.targetMs);
      case "play":
        return this.#follow(aim);
    }
  }

  /** An output that sounds early plays the programme's end when everybody else has come to it. */
  #isFinishing(): boolean {
    const leftMs = this.#supply.musicLeftMs(this.#lineMs + this.#nowMs());
    return hasSounded(this.#phase) && leftMs > 0 && leftMs <= -this.#outputDelayMs;
  }

  /** Stops the element unless it is stopped for this very reason. */
  #halt(phase: Phase): void {
    if (isMoving(this.#phase)) {
      this.#options.sink.pause();
      this.#steering.release();
      this.#endStall();
    }
    this.#phase = phase;
  }

  #rest(targetMs: number): void {
    const phase = this.#phase;
    const wasHere = phase.kind === "resting" && phase.atMs === targetMs;
    if (!wasHere) this.#halt({ kind: "resting", atMs: targetMs, isParked: false });
    if ((wasHere && phase.isParked) || !this.#supply.isReady(this.#options.sink.status(), targetMs)) return;
    this.#seek(targetMs, "pause");
    this.#phase = { kind: "resting", atMs: targetMs, isParked: true };
  }

  #follow(aim: PlayAim): void {
    const nowMs = this.#nowMs();
    const lineMs = aim.targetMs - aim.startsInMs - nowMs;
    const hasJumped = Math.abs(lineMs - this.#lineMs) > DRIFT_SEEK_MS;
    this.#lineMs = lineMs;
    if (this.#phase.kind === "blocked") return;
    if (this.#phase.kind === "idle" || this.#phase.kind === "resting") this.#phase = { kind: "filling", reason: "start" };
    else if (hasJumped) this.#halt({ kind: "filling", reason: "jump" });
    else if (aim.isSilent && aim.startsInMs > PATIENCE_MS && isMoving(this.#phase))
      this.#halt({ kind: "filling", reason: "unplayable" });

    if (this.#phase.kind === "filling") this.#park(aim);
    if (this.#phase.kind === "parking") this.#launchWhenDue(aim);
    switch (this.#phase.kind) {
      case "launching":
        return this.#watchLaunch(nowMs);
      case "jumping":
        return this.#watchJump(nowMs);
      case "stalled":
        return this.#mendStall(nowMs);
      case "playing":
        return this.#steer(nowMs);
      default: // still stopped
    }
  }

  // Starting.

  #park(aim: PlayAim): void {
    const status = this.#options.sink.status();
    // What should sound before the browser can be ready for it is aimed at a little ahead, where it will be by then.
    const isAt = (ms: number) => !status.seeking && !status.playing && Math.abs(status.mediaMs - ms) < 1;
    const isInTime = aim.startsInMs >= this.#startMs && isAt(aim.targetMs);
    const neededMs = this.#options.sink.leadMs ?? this.#seekMs + this.#startMs;
    const leadMs = isInTime ? 0 : Math.max(0, neededMs - aim.startsInMs);
    const atMs = aim.targetMs + leadMs;
    if (!this.#supply.isReady(status, atMs)) return;
    if (!isAt(atMs)) this.#seek(atMs, this.#phase.kind === "filling" ? this.#phase.reason : "start");
    this.#phase = { kind: "parking", atMs };
  }

  #launchWhenDue(aim: PlayAim): void {
    if (this.#phase.kind !== "parking") return;
    const dueInMs = this.#dueInMs(aim, this.#phase.atMs);
    const hasMissed = dueInMs < -DRIFT_SEEK_MS;
    if (hasMissed) {
      this.#phase = { kind: "filling", reason: "late" };
      return;
    }
    const { seeking, canPlay } = this.#options.sink.status();
    const isTime = this.#options.sink.isPunctual || dueInMs <= this.#startMs + 1;
    if (seeking || !canPlay || !isTime) return;
    this.#launch(this.#nowMs() + dueInMs);
  }

  #launch(dueAtMs: number): void {
    const phase: Phase = { kind: "launching", sinceMs: this.#nowMs() };
    this.#phase = phase;
    this.#steering.release();
    void this.#options.sink.play(dueAtMs).then((isAllowed) => {
      if (isAllowed || this.#phase !== phase || !this.#isStarted) return;
      this.#phase = { kind: "blocked" };
      this.#tellState();
    });
  }

  #watchLaunch(nowMs: number): void {
    if (this.#phase.kind !== "launching" || nowMs - this.#phase.sinceMs < PATIENCE_MS) return;
    if (!this.#options.sink.status().canPlay) this.#halt({ kind: "filling", reason: "late" });
  }

  #onMoved(): void {
    const nowMs = this.#nowMs();
    if (this.#phase.kind === "launching") this.#beginPlaying(nowMs, this.#startLatency);
    const afterMs = this.#meter.moved(nowMs);
    if (afterMs !== null) this.#options.onEvent({ kind: "first-sound", afterMs });
  }

  // Playing.

  /** @param learning whose error the first measurement tells */
  #beginPlaying(nowMs: number, learning: LatencyEstimate | null): void {
    this.#steering.begin(nowMs, learning);
    this.#phase = { kind: "playing", sinceMs: nowMs };
  }

  #steer(nowMs: number): void {
    const status = this.#options.sink.status();
    if (this.#supply.isStarved(status)) return this.#beginStall(status, nowMs);
    const driftMs = status.mediaMs - (this.#lineMs + nowMs);
    const isFarFromNewDelay = this.#isRetargeted && Math.abs(driftMs) > OUTPUT_DELAY_SEEK_MS;
    this.#isRetargeted = false;
    if (isFarFromNewDelay && this.#jump(status, nowMs, "output-delay")) return;
    const advice = this.#steering.steer(driftMs, nowMs);
    if (advice === "settled") this.#failedStarts = 0;
    if (advice === "seek" && this.#jump(status, nowMs, "drift")) this.#steering.sought(nowMs);
  }

  /** Seeks to where the music will be when the seek is done, without stopping. False when that isn't buffered. */
  #jump(status: SinkStatus, nowMs: number, reason: "drift" | "stall" | "output-delay"): boolean {
    const toMs = this.#lineMs + nowMs + this.#seekMs;
    if (!this.#supply.isReady(status, toMs)) return false;
    this.#steering.release();
    this.#seek(toMs, reason, nowMs + this.#seekMs);
    this.#phase = { kind: "jumping", toMs, sinceMs: nowMs, fromStall: reason === "stall" };
    return true;
  }

  #watchJump(nowMs: number): void {
    if (this.#phase.kind !== "jumping") return;
    const { seeking, mediaMs } = this.#options.sink.status();
    if (!seeking && mediaMs > this.#phase.toMs + MOVED_MS) {
      this.#endStall();
      this.#beginPlaying(nowMs, this.#seekLatency);
    } else if (nowMs - this.#phase.sinceMs > PATIENCE_MS) {
      this.#halt({ kind: "filling", reason: "late" });
    }
  }

  #beginStall(status: SinkStatus, nowMs: number): void {
    this.#steering.release();
    this.#phase = { kind: "stalled" };
    this.#meter.stallBegan(nowMs);
    const place = this.#supply.placeOf(this.#now);
    if (!place) return;
    const positionMs = Math.max(0, status.mediaMs - this.#outputDelayMs - place.startMs);
    this.#options.onEvent({ kind: "stall", trackId: place.trackId, positionMs });
  }

  /** Everybody else went on: go where they are as soon as the music there is here. */
  #mendStall(nowMs: number): void {
    const status = this.#options.sink.status();
    const isNear = Math.abs(status.mediaMs - (this.#lineMs + nowMs)) < DRIFT_SEEK_MS;
    if (isNear && status.canPlay) {
      this.#endStall();
      this.#beginPlaying(nowMs, null);
    } else if (!isNear) this.#jump(status, nowMs, "stall");
  }

  #endStall(): void {
    const stalledMs = this.#meter.stallEnded(this.#nowMs());
    if (stalledMs !== null) this.#options.onEvent({ kind: "recovered", stalledMs });
  }

  // The sink.

  #onSinkEvent(event: SinkEvent): void {
    const wasMoving = isMoving(this.#phase);
    switch (event.kind) {
      case "moved":
        this.#onMoved();
        break;
      case "paused":
        // A call, a headset's button, another app: whoever did it wants quiet until a gesture says otherwise.
        if (wasMoving) this.#halt({ kind: "blocked" });
        break;
      case "error":
        this.#onSinkFailure(event.message, event.mediaMs);
        break;
      case "waiting":
      case "playing":
      case "appended":
        break;
    }
    this.wake();
  }

  /** The sink has begun anew, with nothing buffered. */
  #onSinkFailure(message: string, mediaMs: number | null): void {
    const phase = this.#phase;
    const isStart = phase.kind === "launching" || (phase.kind === "playing" && this.#nowMs() - phase.sinceMs < FAILED_START_MS);
    // A failure right at the start, wherever that is, is the sound device's (Firefox without one); else the music's.
    if (isStart) this.#failedStarts += 1;
    else if (mediaMs !== null) this.#supply.blame(mediaMs, message);
    if (phase.kind === "resting") this.#phase = { ...phase, isParked: false };
    else if (this.#failedStarts >= MAX_FAILED_STARTS) this.#halt({ kind: "blocked" });
    else if (isMoving(phase) || phase.kind === "parking") this.#halt({ kind: "filling", reason: "error" });
  }

  /** Within a gesture, `play()` frees the element for later; nothing sounds, since nothing is buffered there. */
  #unlock(): void {
    // Whether it was allowed shows when music starts: only then does a refusal matter to anyone.
    void this.#options.sink.play(this.#nowMs());
    this.#options.sink.pause();
  }

  #seek(toMs: number, reason: string, dueAtMs = this.#nowMs()): void {
    this.#options.sink.seek(toMs, dueAtMs);
    this.#options.onEvent({ kind: "seek", toMs, reason });
  }

  #tellState(): void {
    const state = stateOf(this.#phase, this.#aim);
    if (state === this.#state) return;
    this.#state = state;
    this.#options.onEvent({ kind: "state", state });
  }

  // Time.

  #nowMs(): number {
    return this.#options.clock.nowMs();
  }

  get #startMs(): number {
    return this.#options.sink.leadMs ?? this.#startLatency.ms;
  }

  get #seekMs(): number {
    return this.#options.sink.leadMs ?? this.#seekLatency.ms;
  }

  #dueInMs(aim: PlayAim, atMs: number): number {
    return aim.startsInMs + atMs - aim.targetMs;
  }

  #nextLookMs(): number {
    if (this.#aim.kind !== "play") return isMoving(this.#phase) ? PLAYER_TICK_MS : IDLE_TICK_MS;
    switch (this.#phase.kind) {
      case "parking": {
        const callInMs = this.#dueInMs(this.#aim, this.#phase.atMs) - this.#startMs;
        return callInMs > 1 ? Math.min(PLAYER_TICK_MS, callInMs) : BUSY_TICK_MS; // due: waiting for the browser
      }
      case "launching":
      case "jumping":
        return BUSY_TICK_MS;
      case "playing":
        return this.#steering.nextLookInMs(this.#nowMs());
      default:
        return PLAYER_TICK_MS;
    }
  }
}
