import { Shelf } from '@holdfast/platform';
import type { CallTerms } from '../domain/call-terms';

/** By organisation: the terms under which its calls run now. */
export const CALL_TERMS = new Shelf<string, ReadonlyMap<string, CallTerms>>('call-terms', 'read');
