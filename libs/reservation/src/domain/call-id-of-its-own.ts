/**
 * A call id that no client gives: where the provider's own is another tenant's, or stands for a hold that has expired before
 * its call began.
 */
export function callIdOfItsOwn(vapiCallId: string, orgId: string): string {
  return `${vapiCallId}@${orgId}`;
}

/** Under which ids the provider's call itself is held. What a client calls its calls there says nothing: each pays for itself. */
export function idsOfTheCallItself(vapiCallId: string, orgId: string): readonly string[] {
  return [vapiCallId, callIdOfItsOwn(vapiCallId, orgId)];
}
