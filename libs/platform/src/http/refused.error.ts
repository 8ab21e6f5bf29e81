import { isRefusal, Refusal, type RefusalCode } from '@holdfast/kernel';

/** Carries a refusal out of a controller; the problem filter gives it its status. */
export class RefusedError extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.detail);
  }
}

export function refuse(code: RefusalCode, detail: string, facts?: Record<string, unknown>): RefusedError {
  return new RefusedError(new Refusal(code, detail, facts));
}

/** The answer, or the refusal on its way to a problem document. */
export function orRefuse<Answer>(answer: Answer | Refusal): Answer {
  if (isRefusal(answer)) throw new RefusedError(answer);
  return answer;
}
