/** Larger ones don't come in one piece anyway. */
const MAX_BYTES = 16_384;
const HEAD_END = '\r\n\r\n';
/** A path that JSON needs not escape; header lines as RFC 9112 writes them, none folded, none ended by half a CRLF. */
const PLAIN_HEAD =
  /^(?:GET|POST|PUT|PATCH|DELETE) (\/[!#-[\]-~]*) HTTP\/1\.1(?:\r\n[!#$%&'*+.^_`|~\w-]+:[\t -~\x80-\xff]*)+$/;
/** Headers that decide where a request ends, or what becomes of its connection. */
const FRAMING = /\r\n(content-length|transfer-encoding|connection|expect|upgrade):[\t ]*([^\r]*)/gi;
const LENGTH = /^\d{1,5}$/;

/**
 * The target of the one request that these bytes are, from its first to its last, or undefined. Says so only of what no
 * two parsers could read differently; whatever is the least unusual is not for us.
 */
export function targetOfWholeRequest(bytes: Buffer): string | undefined {
  if (bytes.length > MAX_BYTES) return undefined;
  const text = bytes.toString('latin1');
  const headEnd = text.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const head = text.slice(0, headEnd);
  const target = PLAIN_HEAD.exec(head)?.[1];
  if (target === undefined) return undefined;
  const length = bodyLength(head);
  return length !== undefined && headEnd + HEAD_END.length + length === bytes.length ? target : undefined;
}

/** undefined when the request is framed in any other way than by one length, or asks anything of its connection. */
function bodyLength(head: string): number | undefined {
  let length: number | undefined;
  for (const [, name, value] of head.matchAll(FRAMING) as Iterable<[string, string, string]>) {
    if (name.toLowerCase() === 'connection' && value.toLowerCase() === 'keep-alive') continue;
    if (name.toLowerCase() !== 'content-length' || length !== undefined || !LENGTH.test(value)) return undefined;
    length = Number(value);
  }
  return length ?? 0;
}
