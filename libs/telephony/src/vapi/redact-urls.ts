import { REDACTED } from './redaction.marker';

/** Runs that can be a URL inside a longer text. Split first, looked at once each: time stays linear in the text. */
const WORDS = /[^\s"'<>]+/g;
/** Vapi's live-call sockets, under whatever field name a future message puts them. */
const CAPABILITY_PATH = /\/(control|listen)\/?$/;

/**
 * Takes out of every URL in a text what gives access: user info, query and fragment (presigned downloads carry their
 * signature there), and whole control or listen URLs.
 */
export function redactUrls(text: string): string {
  return text.includes('://') ? text.replace(WORDS, redactWord) : text;
}

function redactWord(word: string): string {
  const scheme = word.indexOf('://');
  if (scheme < 0) return word;
  const addressStart = scheme + '://'.length;
  const queryStart = word.slice(addressStart).search(/[?#]/);
  const address = queryStart < 0 ? word.slice(addressStart) : word.slice(addressStart, addressStart + queryStart);
  if (CAPABILITY_PATH.test(address)) return REDACTED;
  const query = queryStart < 0 ? '' : `${word[addressStart + queryStart]}${REDACTED}`;
  return word.slice(0, addressStart) + withoutUserInfo(address) + query;
}

function withoutUserInfo(address: string): string {
  const pathStart = address.indexOf('/');
  const at = (pathStart < 0 ? address : address.slice(0, pathStart)).lastIndexOf('@');
  return at < 0 ? address : `${REDACTED}${address.slice(at)}`;
}
