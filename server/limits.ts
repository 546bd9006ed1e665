/**
 * What the server allows, in numbers: each with its unit and what breaks at the extremes. Those that an operator may
 * want to change are read from the environment (config.ts); tests and benches hand in their own.
 */

export interface ServerLimits {
  /**
   * Members in one jam, the host not counted against it. 200 members with names of 40 four-byte letters and two full
   * documents make a `welcome` of 250 KB, just within MAX_SIGNALLING_MESSAGE_BYTES.
   */
  readonly membersPerJam: number;
  /** Jams that one address may have opened and that are still remembered. A school or a mobile network is one address. */
  readonly jamsPerAddress: number;
  /** Simultaneous connections from one address. Too low locks out a party behind one router. */
  readonly connectionsPerAddress: number;
  /** New connections from one address per minute: each costs up to three signature checks (some 5 ms). */
  readonly connectionAttemptsPerMinute: number;
  /**
   * Sustained messages of one connection per second; ten seconds' worth may come at once. Joining 20 neighbours costs
   * some 250 messages (offers and candidates).
   */
  readonly messagesPerSecond: number;
  /** How long a jam with music in it stays its host's after the last member left, ms. */
  readonly jamGraceMs: number;
  /**
   * The same for a jam with nothing in its programme, ms: enough for a reload or a change of network, short enough
   * that a code such as `jam1`, opened by mistake, is soon free again.
   */
  readonly blankJamGraceMs: number;
  /** Jams without members that are remembered; the least recently used go first. Each holds up to 200 KB. */
  readonly keptJams: number;
  /**
   * For this long after the start, ms, a programme with music that a member brings outweighs a host without any: after
   * a restart a newcomer may be faster than the jam's own members. Longer would help who wants to steal a jam in which
   * there is no music yet.
   */
  readonly settleMs: number;
  /** A connection that has not joined by then is closed, ms. Pages connect while people type their names. */
  readonly joinTimeoutMs: number;
  /** Between two heartbeats, ms; a connection silent from one to the next is dead. Proxies drop idle ones after 60 s. */
  readonly heartbeatMs: number;
  /** Bytes queued for a member that does not take them; more and it is dropped. Four of the largest messages. */
  readonly maxBufferedBytes: number;
  /** How long a closing connection may take to say goodbye before it is cut, ms. */
  readonly closeGraceMs: number;
}

export const DEFAULT_LIMITS: ServerLimits = {
  membersPerJam: 200,
  jamsPerAddress: 200,
  connectionsPerAddress: 500,
  connectionAttemptsPerMinute: 1200,
  messagesPerSecond: 100,
  jamGraceMs: 24 * 3600 * 1000,
  blankJamGraceMs: 2 * 60 * 1000,
  keptJams: 1000,
  settleMs: 60 * 1000,
  joinTimeoutMs: 60 * 1000,
  heartbeatMs: 20 * 1000,
  maxBufferedBytes: 1024 * 1024,
  closeGraceMs: 2 * 1000,
};
