/** Why the peer ends with an exit code other than 0: one sentence for whoever started it. */
export class PeerFailure extends Error {
  override readonly name = "PeerFailure";
}
