/** Numbers that look random and are the same in every run, so that a failure can be repeated by its seed. */
export function random(seed: number): { int: (from: number, to: number) => number } {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { int: (from, to) => from + Math.floor(next() * (to - from + 1)) };
}
