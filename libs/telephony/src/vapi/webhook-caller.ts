import { Injectable, Logger } from '@nestjs/common';
import { EngineClock, RateLimit, refuse, Settings } from '@holdfast/platform';
import type { FastifyRequest } from 'fastify';
import { judgeAuthenticity, type WebhookAuthenticitySettings } from './webhook-authenticity';

/** Webhooks per minute and engine: several times what was measured as sustainable, so that it only stops a runaway. */
const WEBHOOKS_PER_MINUTE = 600_000;
/** Unauthentic deliveries per minute and address that are still judged. */
const FORGERIES_PER_MINUTE = 600;

/** Lets in what Vapi sent: by shared secret, bearer token or signature over the raw bytes. */
@Injectable()
export class WebhookCaller {
  private readonly log = new Logger('webhook');
  private readonly deliveries = new RateLimit(WEBHOOKS_PER_MINUTE);
  private readonly forgeries = new RateLimit(FORGERIES_PER_MINUTE);
  private readonly authenticity: WebhookAuthenticitySettings;

  constructor(
    private readonly clock: EngineClock,
    { vapi }: Settings,
  ) {
    const signature = vapi.hmac ? { ...vapi.hmac, secrets: [vapi.hmac.secret] } : undefined;
    this.authenticity = { secrets: [vapi.webhookSecret], signature };
  }

  isVapi(request: FastifyRequest & { rawBody?: Buffer }): boolean {
    const headers = withoutRepeats(request);
    const now = new Date(this.clock.approximate().getTime());
    const verdict = judgeAuthenticity(headers, request.rawBody ?? Buffer.alloc(0), now, this.authenticity);
    if (!verdict.authentic) this.log.warn(`delivery from ${request.ip} refused: ${verdict.reason}`);
    return verdict.authentic;
  }

  /** Throws `unauthenticated` for anybody else, and `rate_limited`. */
  mustBeVapi(request: FastifyRequest & { rawBody?: Buffer }): void {
    if (!this.isVapi(request)) {
      limit(this.forgeries, request.ip);
      throw refuse('unauthenticated', 'The webhook secret or signature does not match.');
    }
    limit(this.deliveries, 'vapi');
  }
}

function limit(bucket: RateLimit, key: string): void {
  const retryAfterSeconds = bucket.take(key);
  if (retryAfterSeconds > 0) throw refuse('rate_limited', 'Too many requests.', { retryAfterSeconds });
}

/** Node keeps the first of some repeated headers silently: which one was meant cannot be told, so none counts. */
function withoutRepeats(request: FastifyRequest): Record<string, string | string[] | undefined> {
  const counts = new Map<string, number>();
  request.raw.rawHeaders.forEach((name, i) => {
    if (i % 2 === 0) counts.set(name.toLowerCase(), (counts.get(name.toLowerCase()) ?? 0) + 1);
  });
  return Object.fromEntries(Object.entries(request.headers).filter(([name]) => counts.get(name) === 1));
}
