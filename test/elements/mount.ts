/** Puts the app on the page over a stage, and takes down the one before it. */
import axe from "axe-core";
import "../../app/elements/app.ts";
import "../../app/styles/base.css";
import type { Stage } from "./stage.ts";

export async function mount(stage: Stage, path: string): Promise<HTMLElement> {
  stage.app.path.set(path);
  const app = document.createElement("bt-app");
  app.app = stage.app;
  document.body.replaceChildren(app);
  await app.updateComplete;
  return app;
}

/** What axe-core finds wrong with the page as it is, one line each: rule and place. */
export async function findAccessibilityProblems(): Promise<string[]> {
  // Colours are judged in their final state, not while a dialog fades in.
  for (const animation of animationsWithin(document)) animation.finish();
  const { violations } = await axe.run(document.body, { resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${String(node.target)} ${node.failureSummary ?? ""}`));
}

/** A document's own list does not look into shadow roots. */
function animationsWithin(root: Document | ShadowRoot): Animation[] {
  const inner = [...root.querySelectorAll("*")].flatMap(({ shadowRoot }) => (shadowRoot ? animationsWithin(shadowRoot) : []));
  return [...root.getAnimations(), ...inner];
}
