import { createHmac } from 'node:crypto';
import { equalInConstantTime } from '../domain/constant-time';
import { headerOf } from './delivery-header.reader';
import type { DeliveryHeaders } from './redact-headers';

const HEX_LENGTH_BY_ALGORITHM = { sha1: 40, sha256: 64, sha512: 128 } as const;
export type SignatureAlgorithm = keyof typeof HEX_LENGTH_BY_ALGORITHM;

/** Layout of Vapi's HMAC credential (SDK 2.0.1, HmacAuthenticationPlan) with `{timestamp}.{body}` and hex. */
export interface WebhookSignatureSettings {
  /** Keys that are valid now (several during a rotation). Empty ones never verify anything. */
  readonly secrets: readonly string[];
  readonly algorithm: SignatureAlgorithm;
  readonly signatureHeader: string;
  readonly timestampHeader: string;
  /** Written before the hex digits, such as `sha256=`; empty for none. */
  readonly prefix: string;
  /** Seconds that a timestamp may lie in the past or in the future. */
  readonly toleranceSeconds: number;
}

const HEX = /^[0-9a-f]+$/i;
/** 13 digits are milliseconds until the year 2286. */
const TIMESTAMP = /^\d{1,13}$/;
/** As seconds this is the year 5138, as milliseconds it is 1973: no timestamp of our time is ambiguous. */
const SMALLEST_MILLISECONDS = 100_000_000_000;

/**
 * Undefined when the delivery is signed with one of the keys and recent, else the refusal (names and lengths only).
 *
 * Vapi documents no unit for the timestamp: seconds and milliseconds are told apart by magnitude. The future is bounded like
 * the past; stripe-node forgets that.
 */
export function verifySignature(
  headers: DeliveryHeaders,
  rawBody: Buffer,
  now: Date,
  settings: WebhookSignatureSettings,
): string | undefined {
  const signature = headerOf(headers, settings.signatureHeader);
  const timestamp = headerOf(headers, settings.timestampHeader);
  const digits = digitsOf(signature.value, settings);
  if (digits === undefined) return `${signature.seen} is not a ${settings.algorithm} signature in hex`;
  if (timestamp.value === undefined || !TIMESTAMP.test(timestamp.value)) return `${timestamp.seen} is not a timestamp`;
  if (!isSignedByAny(settings, digits, timestamp.value, rawBody)) return `${signature.seen} does not match`;
  if (isOutsideWindow(timestamp.value, now, settings.toleranceSeconds)) {
    return `${timestamp.seen} is more than ${settings.toleranceSeconds} s from now`;
  }
  return undefined;
}

function digitsOf(value: string | undefined, { prefix, algorithm }: WebhookSignatureSettings): string | undefined {
  if (value === undefined || !value.startsWith(prefix)) return undefined;
  const digits = value.slice(prefix.length);
  return HEX.test(digits) && digits.length === HEX_LENGTH_BY_ALGORITHM[algorithm] ? digits.toLowerCase() : undefined;
}

function isSignedByAny(
  { secrets, algorithm }: WebhookSignatureSettings,
  digits: string,
  timestamp: string,
  rawBody: Buffer,
): boolean {
  const expected = (secret: string) =>
    createHmac(algorithm, secret).update(`${timestamp}.`).update(rawBody).digest('hex');
  return secrets.filter((secret) => secret !== '' && equalInConstantTime(digits, expected(secret))).length > 0;
}

function isOutsideWindow(timestamp: string, now: Date, toleranceSeconds: number): boolean {
  const given = Number(timestamp);
  const atMs = given >= SMALLEST_MILLISECONDS ? given : given * 1000;
  return Math.abs(now.getTime() - atMs) > toleranceSeconds * 1000;
}
