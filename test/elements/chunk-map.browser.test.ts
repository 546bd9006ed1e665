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
});
