import type { ProviderRefusal, ProviderUnknown, RefusalReason } from '../application/number-provider.port';
import { refused, unknown } from './provider-outcome';

/** How a request to a provider failed, whichever SDK reported it. */
export type ProviderFault =
  /** No connection came about: certainly without effect. */
  | { kind: 'never_sent'; detail: string }
  /** The provider (or a proxy before it) answered with an error status. */
  | { kind: 'answered'; status: number; code?: number; detail: string; retryAfterSeconds?: number }
  /** It was sent, and no usable answer came. */
  | { kind: 'no_answer'; detail: string };

/**
 * 4xx says "I did nothing" with three exceptions: 408 and 499 are what proxies say after they passed the request on,
 * and 409 may mean that our own first request is the one in the way.
 */
const INDEFINITE_CLIENT_ERRORS = new Set([408, 409, 499]);

export function isDefinite(status: number): boolean {
  return status >= 400 && status < 500 && !INDEFINITE_CLIENT_ERRORS.has(status);
}

/** What a failed write means. `reasonOf` turns the provider's own status and code into our words. */
export function judgeWrite(
  fault: ProviderFault,
  reasonOf: (answer: { status: number; code?: number; detail: string }) => RefusalReason,
): ProviderRefusal | ProviderUnknown {
  if (fault.kind === 'never_sent') return refused('provider_unreachable', fault.detail);
  if (fault.kind === 'no_answer') return unknown(fault.detail);
  if (!isDefinite(fault.status)) return unknown(`HTTP ${fault.status}: ${fault.detail}`);
  return refused(reasonOf(fault), fault.detail, fault.retryAfterSeconds);
}

/** Depth to which wrapped errors are opened: axios wraps once, fetch once, the Vapi SDK once more. */
const MAX_CAUSES = 6;

/**
 * True when the operating system says that the connection (or the look-up of its name) is what failed. Everything else,
 * a reset included, may have come after the request was sent.
 */
export function wasNeverSent(error: unknown, depth = 0): boolean {
  if (depth > MAX_CAUSES) return false;
  const { syscall, code, errors, cause } = fieldsOf(error);
  if (syscall === 'connect' || syscall === 'getaddrinfo' || code === 'UND_ERR_CONNECT_TIMEOUT') return true;
  // Happy eyeballs: one error per address that was tried.
  if (Array.isArray(errors) && errors.length > 0) return errors.every((each) => wasNeverSent(each, depth + 1));
  return wasNeverSent(cause, depth + 1);
}

/** The innermost reason in words, e.g. `connect ECONNREFUSED 127.0.0.1:9`. */
export function causeOf(error: unknown): string {
  let text = 'no reason given';
  for (let each = fieldsOf(error), depth = 0; depth <= MAX_CAUSES; each = fieldsOf(each.cause), depth++) {
    if (typeof each.message === 'string' && each.message !== '') text = each.message;
  }
  return text;
}

/**
 * An error by its fields, whatever threw it. Not by `instanceof`: both SDKs throw plain strings and classes they don't
 * export, and errors of Node itself belong to another realm under a test runner.
 */
export function fieldsOf(thing: unknown): Readonly<Record<string, unknown>> {
  return typeof thing === 'object' && thing !== null ? (thing as Record<string, unknown>) : {};
}

/** `Retry-After` in whole seconds; the HTTP date form is ignored, no provider here sends it. */
export function retryAfterSeconds(header: string | null | undefined): number | undefined {
  return header && /^\d{1,5}$/.test(header) ? Number(header) : undefined;
}
