import { isRefusal, type Refusal } from '@holdfast/kernel';
import { RefusedError, STATUS_OF } from '@holdfast/platform';
import { inSnakeCase, type SnakeCased } from './snake-case';

/** What the old stored functions answered when a rule said no: a result, not an HTTP error. */
export interface FailedCall {
  readonly success: false;
  readonly error: string;
  readonly [fact: string]: unknown;
}

export type StoredFunctionAnswer<Answer> = ({ readonly success: true } & SnakeCased<Answer>) | FailedCall;

/** The first status that says "not done, or not known to be done": never a result, or a client would go on as if told no. */
const NO_ANSWER = 500;

/** An answer or a refusal, as the old function gave it. */
export function toStoredFunctionAnswer<Answer extends object>(answer: Answer | Refusal): StoredFunctionAnswer<Answer> {
  if (!isRefusal(answer)) return { success: true, ...inSnakeCase(answer) };
  if (STATUS_OF[answer.code] >= NO_ANSWER) throw new RefusedError(answer);
  return failed(answer.code, answer.facts);
}

export function failed(error: string, facts: object = {}): FailedCall {
  return { success: false, error, ...inSnakeCase(facts) };
}
