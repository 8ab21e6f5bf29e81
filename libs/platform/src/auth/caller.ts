/** Who sent a request. */
export type Caller =
  { readonly kind: 'operator' } | { readonly kind: 'organization'; readonly orgId: string; readonly keyId: string };

/** How the journal names a caller. */
export function nameOf(caller: Caller): string {
  return caller.kind === 'operator' ? 'operator' : `key:${caller.keyId}`;
}
