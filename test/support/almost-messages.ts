/** What a peer might send that looks like one of our messages from afar: its type, and then anything. */
import { encode } from "cborg";
import fc from "fast-check";

/** Any bytes, or a CBOR list that begins with one of the types. */
export function almostMessages(types: readonly number[]): fc.Arbitrary<Uint8Array> {
  const lists = fc.tuple(fc.constantFrom(...types), fc.anything(), fc.anything()).map((value) => {
    try {
      return encode(value);
    } catch {
      return new Uint8Array(); // nothing that CBOR has
    }
  });
  return fc.oneof(fc.uint8Array(), lists);
}
