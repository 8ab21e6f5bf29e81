import { isUtf8 } from 'node:buffer';
import { Refusal } from '@holdfast/kernel';
import { RefusedError, type PerhapsUnreadable } from '@holdfast/platform';
import type { FastifyInstance } from 'fastify';

/** Deeper than any honest body; JSON.parse takes 50 000 levels, and whatever walks the result would not. */
const MAX_DEPTH = 100;
export const WEBHOOK_PATH = '/api/vapi/webhook';

declare module 'fastify' {
  interface FastifyRequest extends PerhapsUnreadable {
    /** The bytes as they came, for signatures. */
    rawBody?: Buffer;
  }
}

/** JSON bodies as bytes first: webhooks are signed over them. Who asks is judged before what is wrong with a body. */
export function registerJsonParser(server: FastifyInstance): void {
  server.removeContentTypeParser(['application/json', 'text/plain']);
  server.addContentTypeParser(
    ['application/json', 'application/*+json'],
    { parseAs: 'buffer' },
    (request, body, done) => {
      const raw = body as Buffer;
      request.rawBody = raw;
      if (isPacked(request.headers['content-encoding'])) {
        request.bodyFault = new RefusedError(new Refusal('unsupported_media_type', 'Send the body uncompressed.'));
        done(null, undefined);
        return;
      }
      if (raw.length === 0) {
        done(null, undefined);
        return;
      }
      try {
        // A webhook is never turned away for such things: it may be the only report of a call, and is redacted by a walker
        // with bounds of its own. Scanning its 130 kB twice would cost a quarter of a millisecond besides.
        done(null, isWebhook(request.url) ? JSON.parse(raw.toString('utf8')) : parseStrictly(raw));
      } catch (fault) {
        request.bodyFault = malformed((fault as Error).message);
        done(null, undefined);
      }
    },
  );
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    request.rawBody = body as Buffer;
    request.bodyFault = new RefusedError(new Refusal('unsupported_media_type', 'Send application/json.'));
    done(null, undefined);
  });
}

/** Nothing is unpacked: a packed body of a few kB may be a gigabyte. */
function isPacked(encoding = ''): boolean {
  return !['', 'identity'].includes(encoding.toLowerCase());
}

/** With a query too: the provider calls the URL that it was given. */
function isWebhook(url: string): boolean {
  return url === WEBHOOK_PATH || url.startsWith(`${WEBHOOK_PATH}?`);
}

/** @throws SyntaxError for what is no UTF-8 (two ids must not become one), nested too deep, or aims at a prototype. */
function parseStrictly(raw: Buffer): unknown {
  if (!isUtf8(raw)) throw new SyntaxError('not valid UTF-8');
  // A body is no deeper than it is long: most need not be looked through.
  if (raw.length > MAX_DEPTH && depthOf(raw) > MAX_DEPTH) throw new SyntaxError('nested too deeply');
  const text = raw.toString('utf8');
  const suspicious = text.includes('__proto__') || text.includes('constructor') || text.includes('\\u00');
  return JSON.parse(text, suspicious ? refusePrototype : undefined);
}

function refusePrototype(name: string, value: unknown): unknown {
  if (name === '__proto__' || name === 'constructor') throw new SyntaxError(`${name} is not a field`);
  return value;
}

function malformed(reason: string): Error {
  return new RefusedError(
    new Refusal('invalid_request', 'The body is not valid JSON.', { errors: [{ path: '', message: reason }] }),
  );
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** `[` and `{`, `]` and `}` differ from each other in this bit alone. */
const CURLY = 0x20;
const OPENING = 0x7b;
const CLOSING = 0x7d;

function depthOf(json: Buffer): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < json.length; i++) {
    const byte = json[i] as number;
    if (inString) {
      if (byte === BACKSLASH) i += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if ((byte | CURLY) === OPENING) deepest = Math.max(deepest, ++depth);
    else if ((byte | CURLY) === CLOSING) depth -= 1;
  }
  return deepest;
}
