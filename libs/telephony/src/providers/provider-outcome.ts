import type { ProviderRefusal, ProviderUnknown, RefusalReason } from '../application/number-provider.port';

/** A provider's message is quoted to operators; more than this is an HTML error page, not a message. */
const MAX_DETAIL_CHARACTERS = 300;

export function refused(reason: RefusalReason, detail: string, retryAfterSeconds?: number): ProviderRefusal {
  return {
    kind: 'refused',
    reason,
    detail: oneLine(detail),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

export function unknown(detail: string): ProviderUnknown {
  return { kind: 'unknown', detail: oneLine(detail) };
}

/** Whoever stood still before it could be sent may have been taken for dead meanwhile, and its order refunded. */
export function notSent(): ProviderUnknown {
  return unknown('The purchase came too late to be sent');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, MAX_DETAIL_CHARACTERS);
}
