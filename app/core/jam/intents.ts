/** What a listener may ask of the host. The host's app decides; nobody else does. */
import * as v from "valibot";
import { EntryIdSchema } from "../ids.ts";
import { ProgrammeEntrySchema } from "./documents.ts";

export const IntentSchema = v.variant("kind", [
  v.strictObject({ kind: v.literal("add"), entry: ProgrammeEntrySchema }),
  v.strictObject({ kind: v.literal("remove"), entryId: EntryIdSchema }),
]);
export type Intent = v.InferOutput<typeof IntentSchema>;
