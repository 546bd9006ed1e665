/** Which transport is heard while the jam's times move from one clock to another. */
import type { Transport } from "./documents.ts";
import type { ClockId } from "../ids.ts";

/**
 * The newest, but for the moment in which its clock isn't known well here yet: then the one before goes on, on the clock
 * before, so that the change is not heard. Who has heard nothing before takes the newest as it is.
 * @param heard what this function gave last
 * @param currentId the clock that is followed here
 */
export function chooseTransport(newest: Transport | null, heard: Transport | null, currentId: ClockId | null): Transport | null {
  if (!heard || !newest || !newest.playing || !newest.clockId || newest.clockId === currentId) return newest;
  const isOnCurrent = !heard.playing || heard.clockId === currentId;
  return isOnCurrent ? heard : newest;
}
