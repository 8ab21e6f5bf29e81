/** Small, fast and the same in every run (mulberry32): benches compare like with like. */
export function randomChoice<T>(from: readonly T[], seed: number): () => T {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return from[((t ^ (t >>> 14)) >>> 0) % from.length] as T;
  };
}
