import { createHmac } from 'node:crypto';
import type { WebhookServer } from '../calls/webhook-server.schema';

/** The credential kept in the Vapi account: a server that names it by `credentialId` is authenticated with it. */
export interface WebhookCredentials {
  /** Sent as `X-Vapi-Secret`. */
  secret?: string;
  /** Signs with Vapi's default HMAC layout: `{timestamp}.{body}`, hex, x-signature and x-timestamp. */
  hmacSecret?: string;
}

/** The simulated account has one credential; the organisation's own server uses it. */
export const ACCOUNT_CREDENTIAL_ID = 'account-credential';

/** Guessed by nobody, so a wrong secret is always wrong. */
const WRONG_SECRET = 'not-the-secret';

/**
 * Each server authenticates for itself: one without credential, secret or header of its own sends an *empty*
 * X-Vapi-Secret, as Vapi does. So an engine that overrides `server` must bring the secret along.
 */
export function webhookHeaders(
  server: WebhookServer,
  account: WebhookCredentials,
  body: string,
  nowMs: number,
  wrongSecret: boolean,
): Record<string, string> {
  const { secret, hmacSecret } = server.credentialId ? account : { secret: server.secret };
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'user-agent': 'axios/1.8.4',
    ...(!hmacSecret && { 'x-vapi-secret': secret ?? '' }),
    ...lowerCased(server.headers ?? {}),
    ...(hmacSecret && signature(hmacSecret, body, nowMs)),
  };
  return wrongSecret ? spoilt(headers) : headers;
}

function signature(key: string, body: string, nowMs: number): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  return {
    'x-timestamp': timestamp,
    'x-signature': createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex'),
  };
}

function spoilt(headers: Record<string, string>): Record<string, string> {
  const wrong = { ...headers };
  if ('x-vapi-secret' in wrong) wrong['x-vapi-secret'] = WRONG_SECRET;
  if ('authorization' in wrong) wrong['authorization'] = `Bearer ${WRONG_SECRET}`;
  if ('x-signature' in wrong) wrong['x-signature'] = createHmac('sha256', WRONG_SECRET).update('').digest('hex');
  return wrong;
}

function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
