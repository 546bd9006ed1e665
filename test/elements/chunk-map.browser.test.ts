import { describe, expect, test } from "vitest";
import { page } from "vitest/browser";
import { barStates } from "../../app/elements/chunk-map.ts";

describe("the chunk map", () => {
  test("gives each chunk its own bar where there is room", () => {
    expect(barStates(Uint8Array.of(2, 1, 0), 10)).toEqual([2, 1, 0]);
  });

  test("calls a bar held only when all of its chunks are", () => {
    expect(barStates(Uint8Array.of(2, 2, 2, 0, 0, 0), 3)).toEqual([2, 1, 0]);
  });

  test("counts what is here and what is arriving, for those who do not see it", async () => {
    const map = document.createElement("bt-chunk-map");
    map.states = Uint8Array.of(2, 2, 1, 0);
    document.body.replaceChildren(map);
    await expect.element(page.getByRole("img", { name: "Pieces of this track: 2 of 4 here, 1 arriving" })).toBeVisible();
  });

  test("draws nothing it does not know", async () => {
    document.body.replaceChildren(document.createElement("bt-chunk-map"));
    await expect.element(page.getByRole("img", { name: "not known yet" })).toBeInTheDocument();
  });

  test("shows the same whether it was told little by little or at once", async () => {
    const show = async (...told: Uint8Array[]): Promise<string> => {
      const map = document.createElement("bt-chunk-map");
      document.body.replaceChildren(map);
      for (const states of told) {
        map.states = states;
        await map.updateComplete;
      }
      await new Promise(requestAnimationFrame); // its size is told by then
      await new Promise(requestAnimationFrame);
      return map.renderRoot.querySelector("canvas")?.toDataURL() ?? "";
    };
    const end = Uint8Array.of(2, 2, 1, 0);
    const nothing = await show(new Uint8Array(4));
    expect(await show(Uint8Array.of(1, 2, 0, 0), Uint8Array.of(2, 2, 0, 1), end)).toBe(await show(end));
    expect(await show(end)).not.toBe(nothing);
  });
});
