/** Only the host controls a jam: the server refuses everyone else, and so does every peer that a server might fool. */
import { expect, test } from "vitest";
import * as v from "valibot";
import { SignedDocumentSchema, openDocument, signDocument } from "../../app/core/index.ts";
import type { JamDocument, ServerMessage, SignedDocument, Transport } from "../../app/core/index.ts";
import { throwParty } from "../support/jam-party.ts";
import { makeIdentity } from "../support/people.ts";
import { RawMember } from "../support/raw-member.ts";
import { MELODY } from "./music.ts";

const party = throwParty();
const mallory = makeIdentity(66);

/** Any message from the server that carries documents: `welcome` and `documents`. */
const DocumentsSchema = v.object({ documents: v.array(SignedDocumentSchema) });

/** What a forger makes of the host's transport: stopped at the beginning, with a far higher number. */
function forgeStop(real: Transport): readonly SignedDocument[] {
  const stopped = { ...real, seq: real.seq + 1000, playing: false, positionMs: 0 };
  return [
    signDocument(stopped, mallory), // in the host's name, with a signature that is not the host's
    signDocument({ ...stopped, hostId: mallory.peerId }, mallory), // in her own name, well signed
  ];
}

function isTransport(document: JamDocument): document is Transport {
  return document.kind === "transport";
}

test("the server refuses a listener's forged control, and nobody in the jam notices", async () => {
  const alice = await party.invite("alice");
  const code = await alice.startJam();
  await alice.addMusic([MELODY]);
  await alice.play();
  const playing = await alice.waitUntilHearing();

  const attacker = await RawMember.join(party.server().url, code, "mallory", mallory);
  const { documents } = attacker.welcome;
  const transport = documents.map(openDocument).find(isTransport);
  if (!transport) throw new Error("the welcome carries the host's transport");
  const reasons: string[] = [];
  for (const document of forgeStop(transport)) {
    attacker.send({ type: "publish", documents: [document] });
    reasons.push((await attacker.receive("refused")).reason);
  }
  expect(reasons).toEqual(["not-host", "not-host"]);
  // The server has not taken it in either: a newcomer is welcomed with the host's own documents.
  const newcomer = await RawMember.join(party.server().url, code, "bob", makeIdentity(2));
  expect(newcomer.welcome.documents).toEqual(documents);
  attacker.leave();
  newcomer.leave();

  const startedMs = playing.playback.positionMs ?? Infinity;
  await alice.waitFor(
    "her music goes on",
    ({ playback }) => playback.state === "playing" && (playback.positionMs ?? 0) > startedMs,
  );
});

test("a peer refuses documents that the host did not sign, even when the server passes them on", async () => {
  const alice = await party.invite("alice");
  const bob = await party.invite("bob");
  const code = await alice.startJam();
  await alice.addMusic([MELODY]);

  // Bob's connection goes through a server that lies to him.
  let seen: readonly SignedDocument[] = [];
  let say: (message: ServerMessage) => void = () => {};
  await bob.page.routeWebSocket(/\/ws\//, (route) => {
    const server = route.connectToServer();
    say = (message) => route.send(JSON.stringify(message));
    server.onMessage((text) => {
      const message = v.safeParse(DocumentsSchema, JSON.parse(String(text)));
      if (message.success) seen = [...seen, ...message.output.documents];
      route.send(text);
    });
  });
  await bob.joinJam(code);
  await alice.play();
  await bob.waitUntilHearing();

  const transport = seen.map(openDocument).findLast(isTransport);
  if (!transport) throw new Error("bob has been given the host's transport");
  expect(transport.playing).toBe(true);
  for (const document of forgeStop(transport)) say({ type: "documents", documents: [document] });

  const before = await bob.listen();
  const { playback } = await bob.waitFor("music goes on", (now) => (now.playback.positionMs ?? 0) > before.positionMs + 1000);
  expect(playback).toMatchObject({ state: "playing", stalls: 0 });
  // A forged number that had been believed would now make him deaf to the host.
  await alice.pause();
  await bob.waitFor("the host's own pause counts", (now) => now.playback.state === "paused");
});

test("a listener is shown no controls", async () => {
  const alice = await party.invite("alice");
  const bob = await party.invite("bob");
  const code = await alice.startJam();
  await alice.addMusic([MELODY]);
  await bob.joinJam(code);
  await bob.waitFor("the track is known", ({ tracks }) => tracks.length === 1);
  for (const name of ["Play", "Pause", "Next"]) {
    const button = bob.page.getByRole("button", { name, exact: true });
    expect((await button.count()) === 0 || (await button.isDisabled()), `${name} is of no use`).toBe(true);
  }
});
