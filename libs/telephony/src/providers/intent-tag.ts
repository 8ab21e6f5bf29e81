/**
 * The mark by which a number at a provider names the intent that bought it. Vapi's `name` holds 40 characters, Twilio's
 * FriendlyName 64: `hf_` and a UUID without dashes are 35.
 */
export const TAG_PREFIX = 'hf_';
export const MAX_TAG_LENGTH = 40;

const UUID = /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/;
const TAG = new RegExp(`^${TAG_PREFIX}([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$`);

/** @throws RangeError when the intent id is no UUID: a tag that cannot be read back would lose what it bought. */
export function tagOf(intentId: string): string {
  const parts = UUID.exec(intentId.toLowerCase());
  if (!parts) throw new RangeError(`An intent id must be a UUID, got ${JSON.stringify(intentId.slice(0, 64))}`);
  return TAG_PREFIX + parts.slice(1).join('');
}

/** The intent a name belongs to, or null for names that are not ours (a customer's own number, an operator's note). */
export function intentOf(name: string | null | undefined): string | null {
  const parts = TAG.exec(name ?? '');
  return parts ? parts.slice(1).join('-') : null;
}
