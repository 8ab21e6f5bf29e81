/**
 * Whole minor units of a wallet's currency (pence). Range of every amount, balance and sum:
 * −{@link MAX_PENCE} … {@link MAX_PENCE}; inside it JavaScript numbers and PostgreSQL bigint agree to the unit.
 */
export type Pence = number;

/** 2^53 − 1: the largest whole number JSON clients, JavaScript and int8 all represent exactly. */
export const MAX_PENCE: Pence = Number.MAX_SAFE_INTEGER;

/** True for an amount that may be moved: a whole number from 1 to {@link MAX_PENCE}. */
export function isAmount(value: unknown): value is Pence {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

/**
 * True for a sum that stays exact. Two safe integers add up to at most 2^54 − 2, which may lose its last bit but can
 * not fall back under the limit, so checking after the addition is sound.
 */
export function isExact(sum: Pence): boolean {
  return Number.isSafeInteger(sum);
}
