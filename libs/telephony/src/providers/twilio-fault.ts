import type { RefusalReason } from '../application/number-provider.port';
import { causeOf, fieldsOf, type ProviderFault, wasNeverSent } from './provider-fault';

export function twilioFaultOf(error: unknown): ProviderFault {
  // By shape, not by class: the client throws RestException for Twilio's own error bodies and an unexported
  // TwilioServiceException for RFC 9457 ones.
  const { status, code, message } = fieldsOf(error);
  if (typeof status === 'number') {
    const words = typeof message === 'string' && message !== '' ? message : `HTTP ${status}`;
    if (typeof code !== 'number') return { kind: 'answered', status, detail: `Twilio: ${words}` };
    return { kind: 'answered', status, code, detail: `Twilio ${code}: ${words}` };
  }
  if (wasNeverSent(error)) return { kind: 'never_sent', detail: `Twilio: ${causeOf(error)}` };
  const words = code === 'ERR_CANCELED' ? 'no complete answer in time' : causeOf(error);
  return { kind: 'no_answer', detail: `Twilio: ${words}` };
}

/** Twilio's error dictionary (twilio.com/docs/api/errors), the part that a purchase can meet. */
const BY_CODE: Record<number, RefusalReason> = {
  10001: 'provider_out_of_money', //     account not active: balance used up, or suspended
  10002: 'provider_limit_reached', //    trial account
  20003: 'provider_auth_failed', //      authenticate
  20005: 'provider_out_of_money', //     account not active, "potentially because you ran out of funds"
  20429: 'provider_rate_limited',
  21404: 'provider_limit_reached', //    trial account already has its number
  21421: 'number_invalid',
  21422: 'number_taken', //              "PhoneNumber is not available"
  21451: 'no_number_in_area_code', //    invalid area code
  21452: 'no_number_in_area_code',
  21613: 'regulatory_bundle_missing', // an address must be on file
  21631: 'regulatory_bundle_missing', // the purchase must name an address
  21649: 'regulatory_bundle_missing',
  90010: 'provider_out_of_money', //     account not active
};

const BY_STATUS: Record<number, RefusalReason> = {
  401: 'provider_auth_failed',
  402: 'provider_out_of_money',
  403: 'provider_auth_failed',
  429: 'provider_rate_limited',
};

export function twilioReasonOf({ status, code }: { status: number; code?: number }): RefusalReason {
  return (code === undefined ? undefined : BY_CODE[code]) ?? BY_STATUS[status] ?? 'provider_rejected';
}
