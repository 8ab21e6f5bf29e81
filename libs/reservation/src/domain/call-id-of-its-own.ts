/**
 * A call id that no client gives: where the provider's own is another tenant's, or stands for a hold that has expired before
 * its call began.
 */
export function callIdOfItsOwn(vapiCallId: string, orgId: string): string {
  return `${vapiCallId}@${orgId}`;
}
