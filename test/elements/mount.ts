/** Puts the app on the page over a stage, and takes down the one before it. */
import axe from "axe-core";
import { page } from "vitest/browser";
import type { Locator } from "vitest/browser";
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

/** Every element of that name, however deep in shadow. */
export function findAll<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  root: Document | ShadowRoot = document,
): HTMLElementTagNameMap[Tag][] {
  return shadowRootsWithin(root).flatMap((within) => [...within.querySelectorAll(tag)]);
}

/** What lies within the only element of that name: also what it puts into a dialog, which is not within the dialog. */
export function within(tag: keyof HTMLElementTagNameMap): Locator {
  const [element] = findAll(tag);
  if (!element) throw new Error(`there is no ${tag} on the page`);
  return page.elementLocator(element);
}

/** What axe-core finds wrong with the page as it is, one line each: rule and place. */
export async function findAccessibilityProblems(): Promise<string[]> {
  // Colours are judged in their final state, not while a dialog fades in.
  const animations = shadowRootsWithin(document).flatMap((root) => root.getAnimations());
  for (const animation of animations) animation.finish();
  const { violations } = await axe.run(document.body, { resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${String(node.target)} ${node.failureSummary ?? ""}`));
}

/** The root itself and those below it: a root's own lists do not look into them. */
export function shadowRootsWithin(root: Document | ShadowRoot): (Document | ShadowRoot)[] {
  const inner = [...root.querySelectorAll("*")].flatMap(({ shadowRoot }) => (shadowRoot ? shadowRootsWithin(shadowRoot) : []));
  return [root, ...inner];
}
