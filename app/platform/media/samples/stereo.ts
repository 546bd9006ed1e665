/** Surround for two loudspeakers, as Web Audio mixes it down (W3C Web Audio API, "Up-mixing and down-mixing"). */

type Plane = Float32Array<ArrayBuffer>;

const HALF_POWER = Math.SQRT1_2;

/**
 * @param planes channels in the order of WAVE files: left, right, centre, low frequencies, surround left and right
 * @returns one or two
 */
export function toStereo(planes: readonly Plane[]): readonly Plane[] {
  if (planes.length <= 2) return planes;
  const [left, right, centre, lowOrRear, rearLeft, rearRight] = planes;
  if (planes.length === 4) return [mix(left, 0.5, [centre, 0.5]), mix(right, 0.5, [lowOrRear, 0.5])]; // quadraphonic
  return [
    mix(left, 1, [centre, HALF_POWER], [rearLeft, HALF_POWER]),
    mix(right, 1, [centre, HALF_POWER], [rearRight, HALF_POWER]),
  ];
}

function mix(plane: Plane | undefined, gain: number, ...others: readonly (readonly [Plane | undefined, number])[]): Plane {
  return (plane ?? new Float32Array()).map((sample, at) =>
    others.reduce((sum, [other, share]) => sum + share * (other?.[at] ?? 0), gain * sample),
  );
}
