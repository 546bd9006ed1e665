/**
 * What a browser does for the first time takes it many times as long as later (code is loaded, compiled and made fast).
 * Done once while a person types their name, it is not in the way between their tap and the first sound.
 */
import { isSignedBy } from "../core/index.ts";
import type { Identity } from "../core/index.ts";

/** Never rejects; sends nothing. */
export async function rehearse(identity: Identity): Promise<void> {
  const connection = openConnection();
  const nothing = new Uint8Array();
  isSignedBy(identity.peerId, identity.sign(nothing), nothing);
  try {
    await connection?.createOffer(); // makes a certificate, too; gathers nothing before it is set
  } catch {
    // The first link will say what is wrong.
  } finally {
    connection?.close();
  }
}

function openConnection(): RTCPeerConnection | null {
  try {
    const connection = new RTCPeerConnection();
    connection.createDataChannel("rehearsal");
    return connection;
  } catch {
    return null;
  }
}
