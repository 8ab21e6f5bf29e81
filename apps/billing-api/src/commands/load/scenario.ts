import type { Answer, EngineClient } from './engine.client';

export interface Expectation {
  readonly what: string;
  readonly expected: number;
  readonly found: number;
}

export interface ScenarioResult {
  readonly name: string;
  readonly answers: readonly Answer[];
  readonly expectations: readonly Expectation[];
  /** From the first request to the last answer. */
  readonly tookMs: number;
}

/** Requests that are all under way at once, and what must have come of them whatever their order. */
export type Scenario = (engine: EngineClient) => Promise<ScenarioResult>;

export async function allAtOnce(
  requests: readonly (() => Promise<Answer>)[],
): Promise<{ answers: Answer[]; tookMs: number }> {
  const started = performance.now();
  const answers = await Promise.all(requests.map((request) => request()));
  return { answers, tookMs: performance.now() - started };
}

export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

export function countWith(answers: readonly Answer[], status: number, code?: string): number {
  return answers.filter((answer) => answer.status === status && (code === undefined || answer.body.code === code))
    .length;
}

export function isFulfilled({ expected, found }: Expectation): boolean {
  return expected === found;
}
