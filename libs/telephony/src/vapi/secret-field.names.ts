/** Parts of a name that mark its value as a secret, after lower-casing and dropping everything but letters and digits. */
const SECRET_PARTS = [
  'secret',
  'password',
  'passwd',
  'passphrase',
  'apikey',
  'accesskey',
  'privatekey',
  'authorization',
  'authentication',
  'credential',
  'signature',
  'cookie',
  'bearer',
  'jwt',
];
/** `callToken`, `twilioAuthToken`, `openAIKey`, `gcpKey`; not `promptTokens`, which is a count (see `isCountOfTokens`). */
const SECRET_ENDINGS = ['token', 'tokens', 'key', 'keys'];

/** Whoever knows one of these URLs can steer, hear or join the call. */
const CAPABILITY_URLS: ReadonlySet<string> = new Set(['controlurl', 'listenurl', 'callurl', 'webcallurl']);

/**
 * Whether a field of this name must never reach the delivery log. Judged by name, so that fields which no version of Vapi's
 * types knows yet are covered. `sig`, our own signature of a tenant claim, stays: a replay has to verify it again.
 */
export function isSecretFieldName(name: string): boolean {
  const plain = plainNameOf(name);
  return (
    CAPABILITY_URLS.has(plain) ||
    SECRET_PARTS.some((part) => plain.includes(part)) ||
    SECRET_ENDINGS.some((ending) => plain.endsWith(ending))
  );
}

/** Numbers under `maxTokens`, `promptTokens` and the like are cost facts. */
export function isCountOfTokens(name: string, value: unknown): boolean {
  return typeof value === 'number' && plainNameOf(name).endsWith('tokens');
}

function plainNameOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
