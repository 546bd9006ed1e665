/**
 * Changing the jam: the host's commands become signed documents, a listener's wishes go to the host. Whether anybody
 * may do what they ask is judged by permissions.ts and host-desk.ts; the rest of the world learns of it by `publish`.
 */
import type { ProgrammeEntry, SignedDocument } from "./documents.ts";
import { applyCommand, firstDocuments, moveToClock } from "./host-desk.ts";
import type { CommandRefusal, HostCommand, JamDocuments } from "./host-desk.ts";
import type { Intent } from "./intents.ts";
import type { JamState } from "./jam-state.ts";
import { judgeIntent } from "./permissions.ts";
import type { IntentRefusal } from "./permissions.ts";
import type { ClockId, EntryId, JamId, PeerId } from "../ids.ts";
import type { Identity } from "../ports.ts";
import type { ClientMessage } from "../signalling/messages.ts";

export type ActionRefusal = CommandRefusal | IntentRefusal | "not-host" | "server-offline";
/** What came of something a person asked for. A listener's "ok" means that the host was asked. */
export type ActionOutcome = { readonly ok: true } | { readonly ok: false; readonly reason: ActionRefusal };

const DONE: ActionOutcome = { ok: true };

export interface ControlOptions {
  readonly jamId: JamId;
  readonly identity: Identity;
  readonly state: JamState;
  /** Null before the clock is known. */
  referenceMs(): number | null;
  /** Which clock that is on; null before the server has told. */
  clockId(): ClockId | null;
  /** False while the server is out of reach. */
  send(message: ClientMessage): boolean;
  /** Our own documents have changed. */
  onChanged(): void;
}

export class Control {
  readonly #options: ControlOptions;

  constructor(options: ControlOptions) {
    this.#options = options;
  }

  get isHost(): boolean {
    return this.#options.state.hostId === this.#options.identity.peerId;
  }

  /** A jam that has no documents yet gets its first. Returns whether that was so. */
  begin(): boolean {
    const { state, jamId, identity } = this.#options;
    if (!this.isHost || state.documents) return false;
    this.#publish(state.adopt(firstDocuments(jamId, identity.peerId), identity));
    return true;
  }

  command(command: HostCommand): ActionOutcome {
    const { state } = this.#options;
    if (!this.isHost) return { ok: false, reason: "not-host" };
    const referenceMs = this.#options.referenceMs();
    if (!state.documents || referenceMs === null) return { ok: false, reason: "server-offline" };
    const outcome = applyCommand(state.documents, command, referenceMs);
    if (outcome.ok) this.#adopt(outcome.documents, this.#options.clockId());
    return outcome.ok ? DONE : outcome;
  }

  /** The host's music goes on, its times on another clock. Returns whether there was anything to move. */
  moveToClock(clockId: ClockId, nextReferenceMs: number): boolean {
    const { documents } = this.#options.state;
    const referenceMs = this.#options.referenceMs();
    if (!this.isHost || !documents || referenceMs === null) return false;
    return this.#adopt(moveToClock(documents, referenceMs, nextReferenceMs), clockId);
  }

  add(entry: ProgrammeEntry): ActionOutcome {
    return this.isHost ? this.command({ kind: "add", entry }) : this.#ask({ kind: "add", entry });
  }

  remove(entryId: EntryId): ActionOutcome {
    return this.isHost ? this.command({ kind: "remove", entryId }) : this.#ask({ kind: "remove", entryId });
  }

  /** A listener asks the host: us, or nothing happens. */
  receiveIntent(intent: Intent, from: PeerId): ActionOutcome {
    const { programme } = this.#options.state;
    if (!this.isHost || !programme) return { ok: false, reason: "not-host" };
    const verdict = judgeIntent(intent, from, programme);
    return verdict.ok ? this.command(verdict.command) : verdict;
  }

  #ask(intent: Intent): ActionOutcome {
    const { state, identity, send } = this.#options;
    if (!state.programme) return { ok: false, reason: "server-offline" };
    // Judged here first, by the host's own rule, so that the person hears "no" at once.
    const verdict = judgeIntent(intent, identity.peerId, state.programme);
    if (!verdict.ok) return verdict;
    return send({ type: "intent", intent }) ? DONE : { ok: false, reason: "server-offline" };
  }

  /** Returns whether anything has changed. */
  #adopt(documents: JamDocuments, clockId: ClockId | null): boolean {
    const { state, identity, onChanged } = this.#options;
    const isTransportNew = documents.transport !== state.transport;
    const transport = isTransportNew && clockId ? { ...documents.transport, clockId } : documents.transport;
    const changed = state.adopt({ ...documents, transport }, identity);
    if (changed.length === 0) return false;
    this.#publish(changed);
    onChanged();
    return true;
  }

  /** While the server is away, documents stay with us and go out with the next join. */
  #publish(documents: readonly SignedDocument[]): void {
    this.#options.send({ type: "publish", documents: [...documents] });
  }
}
