import type { SeededRandom } from '../chance/seeded-random';

/** Calls of people: many short ones, a long tail. Deviation of the logarithm, as call centres report it. */
const LOG_DEVIATION = 0.9;
const SHORTEST_MS = 200;

export type DurationDistribution = (random: SeededRandom) => number;

/**
 * Reads `fixed:180`, `uniform:30-600` or `lognormal:120` (the median), all in seconds; gives milliseconds.
 * @throws RangeError when it is none of these.
 */
export function durationDistribution(text: string, longestSeconds: number): DurationDistribution {
  const [, kind, first, second] = /^(fixed|uniform|lognormal):([\d.]+)(?:-([\d.]+))?$/.exec(text) ?? [];
  const [from, to] = [Number(first), Number(second)];
  const limited = (seconds: number) =>
    Math.min(Math.max(Math.round(seconds * 1000), SHORTEST_MS), Math.round(longestSeconds * 1000));
  if (kind === 'fixed' && from > 0 && second === undefined) return () => limited(from);
  if (kind === 'uniform' && from <= to) return (random) => limited(random.between(from, to));
  if (kind === 'lognormal' && from > 0 && second === undefined)
    return (random) => limited(from * Math.exp(LOG_DEVIATION * random.normal()));
  throw new RangeError(`"${text}" is no duration: fixed:180, uniform:30-600 or lognormal:120`);
}
