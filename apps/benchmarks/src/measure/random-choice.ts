/** Numbers from 0 up to 1: small, fast and the same in every run (mulberry32), so that benches compare like with like. */
export function seededRandom(seed: number): () => number {
  const next = seededBits(seed);
  return () => next() / 2 ** 32;
}

/** One of these, each as likely, the same in every run. */
export function randomChoice<T>(from: readonly T[], seed: number): () => T {
  const next = seededBits(seed);
  return () => from[next() % from.length] as T;
}

function seededBits(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}
