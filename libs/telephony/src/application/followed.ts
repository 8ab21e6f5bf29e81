import type { Refusal } from '@holdfast/kernel';

/** What became of a message. `transient`: it may succeed when tried again. */
export type Followed =
  | {
      readonly status: 'processed';
      readonly orgId: string | null;
      readonly outcome: Readonly<Record<string, unknown>>;
      /** The outcome is in the delivery log already: it became durable together with the money that it tells of. */
      readonly logged?: boolean;
    }
  | { readonly status: 'ignored'; readonly orgId: string | null; readonly reason: string }
  | { readonly status: 'failed'; readonly orgId: string | null; readonly error: string; readonly transient: boolean };

const TRANSIENT: readonly string[] = ['database_unavailable', 'overloaded', 'outcome_unknown'];

export function failed(orgId: string, refusal: Refusal): Followed {
  const error = `${refusal.code}: ${refusal.detail}`;
  return { status: 'failed', orgId, error, transient: TRANSIENT.includes(refusal.code) };
}
