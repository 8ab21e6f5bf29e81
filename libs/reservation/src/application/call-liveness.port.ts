/** What is known of a call whose hold has run out. */
export type LivenessVerdict =
  /** No provider knows this call: its hold is abandoned. */
  | { readonly kind: 'abandoned' }
  | { readonly kind: 'live' }
  /** Ended, with the provider's own times. */
  | { readonly kind: 'ended'; readonly seconds: number }
  /** A provider's call of which nothing can be learned now: keep the money and ask again. */
  | { readonly kind: 'keep'; readonly askAgainInSeconds: number };

export interface CallToAskAbout {
  readonly orgId: string;
  readonly callId: string;
  /** The provider's own id, as whoever reserved named it. */
  readonly vapiCallId: string | null;
  /** Of the hold. */
  readonly createdAt: Date;
}

/**
 * Is this call still alive? Owned here, answered by whoever talks to the provider. Answers one verdict per call, in
 * order; never rejects for what the provider does.
 */
export abstract class CallLiveness {
  abstract ask(calls: readonly CallToAskAbout[], now: Date): Promise<readonly LivenessVerdict[]>;
}
