/** Everything that a caller hears from the billing engine, in one place for translation and review. */

/** The organisation can't pay for even the shortest call. */
export const OUT_OF_CREDIT = 'Sorry, this number is out of credit at the moment. Please try again later. Goodbye.';

/** No organisation owns the called number. */
export const NUMBER_UNKNOWN = 'Sorry, this number is not in service. Goodbye.';

/** The engine can't tell (database slow or down): closed, because an open gate would be free calls. */
export const SERVICE_NOT_AVAILABLE =
  'Sorry, this service is not available right now. Please try again in a few minutes. Goodbye.';

/** Said before Vapi is asked to hang up. */
export const CREDIT_USED_UP = 'Your prepaid credit is used up, so this call ends now. Goodbye.';

/** Warning while a call still has paid time. `seconds` is rounded to what can be said naturally. */
export function creditRunsOutIn(seconds: number): string {
  const left = Math.max(1, Math.round(seconds));
  const words = left >= 55 && left <= 65 ? 'one minute' : left === 1 ? 'one second' : `${left} seconds`;
  return `Please note: the prepaid credit for this call lasts for about ${words} more.`;
}
