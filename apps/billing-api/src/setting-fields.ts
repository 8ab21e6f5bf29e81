import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { z } from 'zod';

const DAY_SECONDS = 86_400;

/** What people write. Number() also takes ' ', 0x10 and 4e3: slips, each of which would start an engine nobody meant. */
const PLAIN_DECIMAL = /^-?\d+(\.\d+)?$/;

export function decimalField(rule: z.ZodNumber): z.ZodPreprocess<z.ZodNumber> {
  return z.preprocess((value) => (PLAIN_DECIMAL.test(String(value)) ? Number(value) : value), rule);
}

export const wholeField = (min: number, max: number): z.ZodPreprocess<z.ZodNumber> =>
  decimalField(z.int().min(min).max(max));

export const secondsField = (max: number = DAY_SECONDS): z.ZodPreprocess<z.ZodNumber> =>
  decimalField(z.number().positive().max(max));

/** Only exactly `production` is it: an engine that was meant to be strict must not start as a lenient one. */
export const environmentField = z
  .string()
  .refine((name) => name === 'production' || !/^prod/i.test(name), 'write production, exactly, or another name');

/** Of any length: who develops chooses his own; production has its minimums. */
export const secretField = (max: number): z.ZodString =>
  z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces: it travels in a header')
    .max(max);

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

/** Asked of those who will read it: they take more than a URL parser (a socket's folder, files of certificates). */
export const postgresUrlField = z
  .string()
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
