import { Refusal } from '@holdfast/kernel';

/** One charge is given back once; what is missing from it afterwards is an adjustment. */
export function refundedAlready(): Refusal {
  const message = 'this charge has been refunded already; use an adjustment for the rest';
  return new Refusal('invalid_request', `refundOf: ${message}`, { errors: [{ path: 'refundOf', message }] });
}
