import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { z } from 'zod';

// Every message says what the setting may be, so that it reads on from the setting's name: "PORT: must be …".

const DAY_SECONDS = 86_400;

/** What people write. Number() also takes ' ', 0x10 and 4e3: slips, each of which would start an engine nobody meant. */
const PLAIN_DECIMAL = /^-?\d+(\.\d+)?$/;

/** @param error of a value that is no number, or one that the rule refuses */
export function decimalField(rule: (error: string) => z.ZodNumber, error: string): z.ZodPreprocess<z.ZodNumber> {
  return z.preprocess((value) => (PLAIN_DECIMAL.test(String(value)) ? Number(value) : value), rule(error));
}

export const wholeField = (min: number, max: number): z.ZodPreprocess<z.ZodNumber> =>
  decimalField((error) => z.int(error).min(min, error).max(max, error), `must be a whole number from ${min} to ${max}`);

export const secondsField = (max: number = DAY_SECONDS): z.ZodPreprocess<z.ZodNumber> =>
  decimalField(
    (error) => z.number(error).positive(error).max(max, error),
    `must be a number of seconds above 0, up to ${max}`,
  );

export const scaleField = (max: number): z.ZodPreprocess<z.ZodNumber> =>
  decimalField((error) => z.number(error).min(1, error).max(max, error), `must be a number from 1 to ${max}`);

/** Of which decimals and limits the rate card decides. */
export const rateField = (error: string): z.ZodPreprocess<z.ZodNumber> => decimalField((text) => z.number(text), error);

export const oneOf = <const Words extends readonly string[]>(
  words: Words,
): z.ZodEnum<z.core.util.ToEnum<Words[number]>> => z.enum(words, `must be one of ${words.join(', ')}`);

/** Only exactly `production` is it: an engine that was meant to be strict must not start as a lenient one. */
export const environmentField = z
  .string()
  .refine((name) => name === 'production' || !/^prod/i.test(name), 'must be production, exactly, or another name');

/** Of any length: who develops chooses his own; production has its minimums. */
export const secretField = (max: number): z.ZodString =>
  z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces: it travels in a header')
    .max(max, `must have at most ${max} characters`);

/** RFC 9110: a token. */
export const headerNameField = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9a-z-]+$/i, 'must be the name of a header')
  .toLowerCase();

export const httpUrlField = z.url({
  protocol: /^https?$/,
  hostname: /./,
  error: 'must be a URL that begins with http:// or https://',
});

/** A path would be left out of the address that is told to Vapi, and its messages go astray. */
export const hostUrlField = httpUrlField.refine(
  (text) => !URL.canParse(text) || new URL(text).href === `${new URL(text).origin}/`,
  'must be an address without a path, such as https://billing.example.com',
);

/** What the driver makes of these modes, with eight lines of warning at every start that its next version may not. */
const MEANS_VERIFY_FULL = /([?&]sslmode=)(?:prefer|require|verify-ca)(?=&|$)/;

function withModeSpelledOut(connectionString: string): string {
  const asLibpq = /[?&]uselibpqcompat=true(?=&|$)/.test(connectionString);
  return asLibpq ? connectionString : connectionString.replace(MEANS_VERIFY_FULL, '$1verify-full');
}

/** Asked of those who will read it: they take more than a URL parser (a socket's folder, files of certificates). */
export const postgresUrlField = z
  .string()
  .overwrite(withModeSpelledOut)
  .refine(
    (text) => /^postgres(ql)?:\/\//.test(text) && isReadable(text),
    'must be such as postgres://user:password@host:5432/database, with special characters percent-encoded',
  );

function isReadable(connectionString: string): boolean {
  try {
    new Client({ connectionString });
    new DataSource({ type: 'postgres', url: connectionString });
    return true;
  } catch {
    return false;
  }
}

/** What Sentry takes: it would answer anything else with a line on the console, and report nothing for ever after. */
export const sentryDsnField = z
  .string()
  .regex(
    /^https?:\/\/\w+(?::\w*)?@(?:\[[:.%\w]+\]|[\w.-]+)(?::\d+)?\/(?:.+\/)?\d[^/]*$/,
    'must be a DSN of Sentry, such as https://key@host/1',
  );
