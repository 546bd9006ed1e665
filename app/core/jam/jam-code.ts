/**
 * Jam codes that can be said across a noisy room: an adjective, an animal, two digits. 40 × 40 × 90 = 144,000 of
 * them; a code that happens to be taken is not a secret broken, since a jam belongs to its host's key.
 */
import * as v from "valibot";
import { JamIdSchema } from "../ids.ts";
import type { JamId } from "../ids.ts";
import type { Random } from "../ports.ts";

const ADJECTIVES =
  "amber bold brave breezy bright calm cheeky chilly clever cosy dizzy dusky eager fancy fuzzy gentle giddy golden groovy happy hazy jolly keen lively lucky lunar mellow merry misty noble quiet rosy shiny silky snappy sunny swift velvet warm witty".split(
    " ",
  );
const ANIMALS =
  "badger beaver bison camel cheetah cobra condor coyote dingo dolphin falcon ferret finch gecko gibbon heron hippo iguana jackal koala lemur llama lynx magpie marmot moose narwhal ocelot otter panda parrot pelican penguin puffin rabbit raven salmon tapir toucan walrus".split(
    " ",
  );

export function makeJamCode(random: Random): JamId {
  const pick = (words: readonly string[]) => words[Math.floor(random() * words.length)] ?? "jam";
  return v.parse(JamIdSchema, `${pick(ADJECTIVES)}-${pick(ANIMALS)}-${10 + Math.floor(random() * 90)}`);
}

/** What a person typed or pasted: a code in any case, with spaces for hyphens, or a whole link. Null: not a code. */
export function parseJamCode(text: string): JamId | null {
  const fromLink = /\/j\/([^/?#\s]+)/.exec(text)?.[1];
  const candidate = (fromLink ?? text)
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_–—-]+/g, "-");
  const parsed = v.safeParse(JamIdSchema, candidate);
  return parsed.success ? parsed.output : null;
}
