import { afterEach, expect, test } from "vitest";
import { cdp, page } from "vitest/browser";
import { findAll, mount } from "./mount.ts";
import { createStage } from "./stage.ts";

/** WCAG 2.2, 1.4.11: what is drawn and carries a meaning. */
const GRAPHICS_CONTRAST = 3;

afterEach(() => showIn("no-preference"));

test.for(["light", "dark"])("the lamp of being in sync is green, and can be told from the page: %s", async (scheme) => {
  await showIn(scheme);
  await mount(createStage("listener"), "/j/mellow-otter-42");
  await expect.element(page.getByText("in sync")).toBeVisible();
  const lamps = findAll("bt-sync").flatMap(({ renderRoot }) => [...renderRoot.querySelectorAll(".lamp")]);
  expect(lamps).toHaveLength(1);
  for (const lamp of lamps) {
    const colour = channels(getComputedStyle(lamp).backgroundColor);
    const ground = channels(getComputedStyle(document.documentElement).backgroundColor);
    const [red, green, blue] = colour;
    expect(green).toBeGreaterThan(Math.max(red, blue) * 1.3);
    expect(contrast(luminance(colour), luminance(ground))).toBeGreaterThan(GRAPHICS_CONTRAST);
  }
});

async function showIn(scheme: string): Promise<void> {
  await cdp().send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
}

type Channels = readonly [red: number, green: number, blue: number];

/** Each 0…255. */
function channels(colour: string): Channels {
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map(Number);
  return [red, green, blue];
}

/** Relative luminance as WCAG defines it, 0…1. */
function luminance([red, green, blue]: Channels): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function linear(channel: number): number {
  const share = channel / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

function contrast(a: number, b: number): number {
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}
