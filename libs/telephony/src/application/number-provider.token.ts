/** Injects the `NumberProvider` that TELEPHONY_PROVIDER names. */
export const NUMBER_PROVIDER = Symbol('NumberProvider');
