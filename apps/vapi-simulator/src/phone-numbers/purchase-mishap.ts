/**
 * What can go wrong with one POST /phone-number, for tests of a buyer that must neither pay twice nor get nothing:
 * the number may exist although the answer never came.
 */
export type PurchaseMishap =
  'hangs-after-creating' | 'fails-after-creating' | 'hangs' | 'fails' | 'refused' | 'rate-limited';

export const MISHAP_CREATES: Record<PurchaseMishap, boolean> = {
  'hangs-after-creating': true,
  'fails-after-creating': true,
  hangs: false,
  fails: false,
  refused: false,
  'rate-limited': false,
};

export const MISHAP_STATUS: Record<PurchaseMishap, number | 'no answer'> = {
  'hangs-after-creating': 'no answer',
  'fails-after-creating': 500,
  hangs: 'no answer',
  fails: 500,
  refused: 400,
  'rate-limited': 429,
};
