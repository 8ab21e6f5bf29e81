import type { RateCard } from '@holdfast/kernel';

/** 56p a minute, whole minutes. */
export const STANDARD: RateCard = {
  id: 'card',
  version: 1,
  pencePerMinuteE4: 560_000,
  incrementSeconds: 60,
  minimumSeconds: 0,
  connectionFeePence: 0,
};
