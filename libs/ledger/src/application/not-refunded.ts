import { Refusal } from '@holdfast/kernel';

/** One charge is given back once; what is missing from it afterwards is an adjustment. */
export function refundedAlready(): Refusal {
  return notRefunded('this charge has been refunded already; use an adjustment for the rest');
}

/** The end of its order gives the charge back, or says that it was delivered. */
export function orderStillOpen(howItIsEnded: string): Refusal {
  return notRefunded(`the order that this charge paid for is still open; ${howItIsEnded}`);
}

function notRefunded(message: string): Refusal {
  return new Refusal('invalid_request', `refundOf: ${message}`, { errors: [{ path: 'refundOf', message }] });
}
