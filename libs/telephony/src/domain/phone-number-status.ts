export const NUMBER_STATUSES = ['pending', 'active', 'failed', 'unknown', 'releasing', 'released'] as const;
/**
 * `pending`: being bought. `unknown`: the purchase was sent and nobody can tell yet whether it happened. `failed`: not
 * bought, or given back, and refunded. Only an `active` number has a tenant.
 */
export type NumberStatus = (typeof NUMBER_STATUSES)[number];

/**
 * What happens next to a number, written down before it happens. `charged`: paid, nothing sent. `buying`: the purchase
 * may have been sent. `registering`: bought, not answering calls yet. `giving_back`: bought in vain, to be released and
 * refunded. `releasing`: the tenant gave it up.
 */
export type NumberStep = 'charged' | 'buying' | 'registering' | 'giving_back' | 'releasing';

/** `purchased`: bought and charged here. `registered`: the tenant had it at Vapi already; an operator named it. */
export type NumberOrigin = 'purchased' | 'registered';

export const DIRECTIONS = ['inbound', 'outbound'] as const;
export type Direction = (typeof DIRECTIONS)[number];
