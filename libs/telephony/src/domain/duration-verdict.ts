export type UnusableDuration =
  'missing' | 'not_a_number' | 'negative' | 'unreadable_time' | 'end_before_start' | 'too_long';

export interface DurationDisagreement {
  readonly kind: 'disagrees';
  /** What `durationSeconds` said. */
  readonly reportedSeconds: number;
  /** What `endedAt - startedAt` said. */
  readonly spanSeconds: number;
}

export type DurationVerdict =
  | { readonly usable: true; readonly seconds: number; readonly flag?: DurationDisagreement }
  | { readonly usable: false; readonly reason: UnusableDuration };
