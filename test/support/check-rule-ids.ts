/**
 * Keeps the rules of the engine and its tests together: every rule of `app/core/SPEC.md` is the beginning of at least
 * one test title, and every rule id in a title stands in the specification.
 */
import { readFileSync } from "node:fs";
import { REPOSITORY, readSources } from "./source-files.ts";

const SPECIFICATION = "app/core/SPEC.md";

/** A rule begins its line, after a list mark or not, bold or not: "- **CP3** …", "3. CP3: …". */
const RULE = /^\s*(?:[-*]\s+|\d+\.\s+|\|\s*|#+\s+)?[*`]*([A-Z]{2}\d+)\b/gm;
/** A title begins with its rules: "CP3: …" or "CP3, CP4: …". */
const TITLE = /["'`]((?:[A-Z]{2}\d+)(?:, ?[A-Z]{2}\d+)*): /g;

/** One sentence per rule without a test, per rule that stands there twice, and per title that names no rule. */
export function checkRuleIds(): readonly string[] {
  const specification = readFileSync(REPOSITORY + SPECIFICATION, "utf8");
  const rules = [...specification.matchAll(RULE)].map((match) => match[1] ?? "");
  const known = new Set(rules);
  const twice = rules.filter((rule, index) => rules.indexOf(rule) !== index);

  const tested = new Set<string>();
  const unknown: string[] = [];
  for (const { path, text } of readSources(["test"])) {
    if (!path.endsWith(".test.ts") && !path.includes("/contracts/") && !path.endsWith("-contract.ts")) continue;
    for (const match of text.matchAll(TITLE))
      for (const rule of (match[1] ?? "").split(/, ?/)) {
        tested.add(rule);
        if (!known.has(rule)) unknown.push(`${path}: "${rule}" is no rule of ${SPECIFICATION}`);
      }
  }
  return [
    ...twice.map((rule) => `${SPECIFICATION}: ${rule} stands there twice`),
    ...rules.filter((rule) => !tested.has(rule)).map((rule) => `${SPECIFICATION}: no test title begins with ${rule}`),
    ...unknown,
  ];
}
