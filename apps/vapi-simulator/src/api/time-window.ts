/** The suffixes of Vapi's list filters (`createdAtGe`, `updatedAtLt`, …) as comparisons. */
const COMPARISONS: Record<string, (value: number, bound: number) => boolean> = {
  Gt: (value, bound) => value > bound,
  Ge: (value, bound) => value >= bound,
  Lt: (value, bound) => value < bound,
  Le: (value, bound) => value <= bound,
};

export interface TimesOfCall {
  createdAtMs: number;
  updatedAtMs: number;
}

/** Reads the time filters of a query; returns the names that hold no date instead of a filter. */
export function timeWindow(query: URLSearchParams): { matches(times: TimesOfCall): boolean } | { invalid: string[] } {
  const conditions: ((times: TimesOfCall) => boolean)[] = [];
  const invalid: string[] = [];
  for (const field of ['createdAt', 'updatedAt'] as const) {
    for (const [suffix, compare] of Object.entries(COMPARISONS)) {
      const given = query.get(field + suffix);
      if (given === null) continue;
      const bound = Date.parse(given);
      if (Number.isNaN(bound)) invalid.push(field + suffix);
      conditions.push((times) => compare(times[`${field}Ms`], bound));
    }
  }
  if (invalid.length > 0) return { invalid };
  return { matches: (times) => conditions.every((condition) => condition(times)) };
}
