import { describe, expect, it } from "vitest";
import { OutputDesk } from "../../app/state/output-desk.ts";
import type { ClickTiming, Output, Settings } from "../../app/state/platform.ts";

const timing: ClickTiming = { referenceMs: () => null, localMs: () => null, loudness: () => 1 };

const HEADPHONES: Output = { key: "headphones", name: "Headphones", isMissing: false };
const LOUDSPEAKER: Output = { key: "loudspeaker", name: "Loudspeaker", isMissing: false };

/** A phone with its settings, and whatever is plugged in. */
function createPhone(outputTrims: Readonly<Record<string, number>> = {}) {
  const calls: string[] = [];
  const trims: number[] = [];
  let settings: Settings = { name: "bob", volume: 1, muted: false, outputTrims };
  let plugged = LOUDSPEAKER;
  let onChange = (): void => {};
  const speaker = {
    onStatus: (): void => {},
    open: () => void calls.push("open"),
    close: () => void calls.push("close"),
    playTone: () => void calls.push("tone"),
    startClicks: () => void calls.push("clicks"),
    stopClicks: () => void calls.push("no clicks"),
  };
  const desk = new OutputDesk({
    platform: {
      outputs: {
        current: async () => plugged,
        watch(listener) {
          onChange = listener;
          return () => (onChange = () => {});
        },
      },
      settings: {
        read: async () => settings,
        async update(changes) {
          settings = { ...settings, ...changes };
        },
      },
      createSpeaker: () => speaker,
    },
    timing,
    onTrim: (trimMs) => trims.push(trimMs),
    onClicking: () => calls.push("clicking changed"),
  });
  return {
    desk,
    calls,
    trims,
    kept: () => settings.outputTrims,
    async plug(output: Output) {
      plugged = output;
      onChange();
      await settled();
    },
  };
}

/** What was read is there. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
}

describe("the trim", () => {
  it("is in force and on the screen at once, kept for the output in use, and there again next time", async () => {
    const phone = createPhone();
    phone.desk.start();
    await settled();
    phone.desk.setTrim(12);
    expect(phone.desk.trimMs.get()).toBe(12);
    expect(phone.trims).toEqual([12]);
    expect(phone.kept()).toEqual({ loudspeaker: 12 });

    const later = createPhone(phone.kept());
    later.desk.start();
    await settled();
    expect(later.trims).toEqual([12]);
  });

  it("is the headphones' own when they come, and the loudspeaker's again when they go", async () => {
    const phone = createPhone({ loudspeaker: 12, headphones: -90 });
    phone.desk.start();
    await settled();
    await phone.plug(HEADPHONES);
    expect(phone.desk.output.get()).toEqual(HEADPHONES);
    await phone.plug(LOUDSPEAKER);
    expect(phone.trims).toEqual([12, -90, 12]);
  });

  it("of an output that was never adjusted is none", async () => {
    const phone = createPhone({ loudspeaker: 12 });
    phone.desk.start();
    await settled();
    await phone.plug(HEADPHONES);
    expect(phone.trims).toEqual([12, 0]);
  });

  it("that is taken back is forgotten", async () => {
    const phone = createPhone({ loudspeaker: 12, headphones: -90 });
    phone.desk.start();
    await settled();
    phone.desk.setTrim(0);
    expect(phone.kept()).toEqual({ headphones: -90 });
  });

  it.each([
    [9_999, 500],
    [-9_999, -500],
    [12.4, 12],
  ])("of %d ms is held at %d", async (chosenMs, trimMs) => {
    const phone = createPhone();
    phone.desk.start();
    await settled();
    phone.desk.setTrim(chosenMs);
    expect(phone.kept()).toEqual({ loudspeaker: trimMs });
  });

  it("follows nothing any more after leaving", async () => {
    const phone = createPhone({ loudspeaker: 12, headphones: -90 });
    phone.desk.start();
    await settled();
    phone.desk.stop();
    await phone.plug(HEADPHONES);
    expect(phone.trims).toEqual([12]);
  });
});

describe("the metronome", () => {
  it("starts and stops, and the jam is told, so that it can mute the music", () => {
    const { desk, calls } = createPhone();
    desk.setClicking(true);
    expect(desk.isClicking.get()).toBe(true);
    desk.setClicking(false);
    expect(calls).toEqual(["clicks", "clicking changed", "no clicks", "clicking changed"]);
  });

  it("stops with what it was opened from", () => {
    const { desk, calls } = createPhone();
    desk.open();
    desk.setClicking(true);
    desk.close();
    expect(desk.isClicking.get()).toBe(false);
    expect(calls).toEqual(["open", "clicks", "clicking changed", "no clicks", "clicking changed", "close"]);
  });
});
