const REPLACEMENT = '\uFFFD';

/**
 * Text that PostgreSQL stores unchanged: U+0000 (refused by text and jsonb, error 22021 / 22P05) and lone surrogates (not UTF-8)
 * become U+FFFD. Doing it twice changes nothing.
 */
export function toStorableText(text: string): string {
  return text.replaceAll('\u0000', REPLACEMENT).replace(/\p{Cs}/gu, REPLACEMENT);
}

/** At most `maxLength` UTF-16 units, then made storable: a pair that the cut divides ends as U+FFFD. */
export function toBoundedText(text: string, maxLength: number): string {
  return toStorableText(text.length > maxLength ? text.slice(0, maxLength) : text);
}
