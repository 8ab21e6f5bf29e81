import { rateToE4 } from '@holdfast/kernel';
import { registerDecorator } from 'class-validator';
import { isUuid } from '../auth/access.decorators';
import { NOT_BLANK } from './fields';

function rule(name: string, message: string, validate: (value: unknown) => boolean): PropertyDecorator {
  return (target, property) =>
    registerDecorator({
      name,
      target: target.constructor,
      propertyName: property as string,
      options: { message: `$property ${message}` },
      validator: { validate },
    });
}

/** Pence per minute: 0 or more, at most four decimals, within the range of a rate card. */
export const IsRate = (): PropertyDecorator =>
  rule('isRate', 'must be a number from 0 to 1000000 with at most 4 decimals', (value) => {
    return typeof value === 'number' && rateToE4(value) !== undefined;
  });

const CURRENCIES = new Set(Intl.supportedValuesOf('currency'));

export const IsCurrencyCode = (): PropertyDecorator =>
  rule('isCurrencyCode', 'must be an ISO 4217 code such as GBP', (value) => CURRENCIES.has(value as string));

/** PostgreSQL stores neither U+0000 nor half a surrogate pair. */
export const IsStorableText = (): PropertyDecorator =>
  rule('isStorableText', 'must be text without U+0000 or lone surrogates', (value) => {
    return typeof value === 'string' && !/\u0000|\p{Surrogate}/u.test(value);
  });

export const IsNotBlank = (): PropertyDecorator =>
  rule('isNotBlank', 'must not be blank', (value) => typeof value === 'string' && NOT_BLANK.test(value));

/** A whole number of pence, of either sign but not zero, within ±(2^53 − 1). */
export const IsSignedAmount = (): PropertyDecorator =>
  rule('isSignedAmount', 'must be a whole number of pence other than 0', (value) => {
    return Number.isSafeInteger(value) && value !== 0;
  });

/**
 * What PostgreSQL and every path here take for a uuid: class-validator's rule also wants a version and a variant of
 * RFC 9562, which ids chosen by hand (11111111-1111-1111-1111-111111111111) do not have.
 */
export const IsUuidText = (): PropertyDecorator => rule('isUuidText', 'must be a uuid', isUuid);
