import { MAX_BILLABLE_SECONDS } from '@holdfast/kernel';
import { z } from 'zod';

/** Long enough for any provider's id, short enough for an index. */
export const MAX_ID_LENGTH = 255;
/** A sentence for a statement, not a document. */
export const MAX_DESCRIPTION_LENGTH = 1_000;
/** Vapi's longest call, in minutes. */
export const MAX_ESTIMATED_MINUTES = 720;
/** Rows of a page; `limit` unless told otherwise. */
export const MAX_PAGE = 200;
export const DEFAULT_PAGE = 50;

/** PostgreSQL stores neither U+0000 nor half a surrogate pair; control characters have no place in ids. */
const NOT_STORABLE = /\u0000|\p{Surrogate}/u;

export const NOT_BLANK = /\S/;

const CONTROL = /[\u0000-\u001f\u007f]/;

/** Blank is as good as none: it would make one id of all that forgot theirs. */
export const idField = z
  .string()
  .regex(NOT_BLANK, 'must not be blank')
  .max(MAX_ID_LENGTH)
  .refine((text) => !CONTROL.test(text) && !NOT_STORABLE.test(text), 'must not contain control characters');

export const textField = (max: number): z.ZodString =>
  z
    .string()
    .max(max)
    .refine((text) => !NOT_STORABLE.test(text), 'must be storable text (no U+0000, no lone surrogates)') as z.ZodString;

/** 1 … 2^53 − 1, a whole number of pence. */
export const amountField = z.int().min(1);
export const estimatedMinutesField = z.int().min(1).max(MAX_ESTIMATED_MINUTES);
/** Seconds talked; fractions allowed. */
export const durationField = z.number().min(0).max(MAX_BILLABLE_SECONDS);

/** Text where a number is meant: only what reads back as written is one. 9007199254740993 would become another, 1e1 ten. */
export function numeric<Field extends z.ZodType>(field: Field): z.ZodPreprocess<Field> {
  return z.preprocess((value) => (isNumeral(value) ? Number(value) : value), field);
}

function isNumeral(value: unknown): boolean {
  return typeof value === 'string' && String(Number(value)) === value;
}

/** A query's `limit`. */
export const limitField = (max: number, unlessTold: number) =>
  numeric(z.int('must be a whole number').min(1).max(max).default(unlessTold));
export const pageField = limitField(MAX_PAGE, DEFAULT_PAGE);
export const cursorField = z.string().min(1).max(200).optional();
export const timeField = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
