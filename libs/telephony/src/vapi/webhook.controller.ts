import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { isRefusal } from '@holdfast/kernel';
import {
  mustBeReadable,
  Problems,
  Public,
  refuse as refuseRequest,
  RefusedError,
  type PerhapsUnreadable,
} from '@holdfast/platform';
import type { FastifyRequest } from 'fastify';
import { GateAnswerer } from './answer-gate';
import type { Delivery } from '../application/delivery-log.port';
import type { VapiEvent } from '../domain/call-event';
import { SERVICE_NOT_AVAILABLE } from '../domain/spoken-sentences';
import { refuse, type GateAnswer } from './gate-answer';
import { DeliveryProcessor } from './process-delivery';
import { WEBHOOK_EXAMPLES } from './webhook.examples';
import { WebhookCaller } from './webhook-caller';
import { translate } from './vapi-message-translator';

@ApiTags('Vapi')
@Public()
@Controller('api/vapi/webhook')
export class WebhookController {
  constructor(
    private readonly caller: WebhookCaller,
    private readonly gate: GateAnswerer,
    private readonly deliveries: DeliveryProcessor,
  ) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Every server message of Vapi',
    description:
      '`assistant-request` is the gate and is answered with an assistant or a spoken `error`; everything else is ' +
      'written down, acted on, and answered with `{"received": true}`, unknown types too. A repeat moves nothing.',
  })
  @ApiHeader({ name: 'X-Vapi-Secret', required: false, description: 'or a bearer token, or a signature' })
  @ApiBody({ schema: { type: 'object' }, examples: WEBHOOK_EXAMPLES })
  @ApiOkResponse({ schema: { type: 'object', example: { received: true } } })
  @Problems()
  async receive(@Req() request: FastifyRequest & PerhapsUnreadable): Promise<GateAnswer | { received: true }> {
    this.caller.mustBeVapi(request);
    mustBeReadable(request);
    const arrival = this.unpack(request);
    if (arrival.event.type === 'assistant-request') {
      return this.gate.answer(arrival.event, arrival.delivery, reachedAt(request));
    }
    const received = await this.deliveries.receive(arrival.event, arrival.delivery);
    if (isRefusal(received)) throw new RefusedError(received);
    await this.deliveries.process(received);
    // A gate that cannot tell which call it is about stays closed: whoever asked waits for a sentence.
    const { event } = arrival;
    if (event.type === 'unidentified' && event.messageType === 'assistant-request')
      return refuse(SERVICE_NOT_AVAILABLE);
    return { received: true };
  }

  /**
   * What a message means and what is kept of it. Nobody needs the rest: a parsed report of 130 kB is 2 000 objects, and
   * as long as its request holds them while the database is asked, every collection of garbage copies them all.
   */
  private unpack(request: FastifyRequest & { rawBody?: Buffer }): { event: VapiEvent; delivery: Delivery } {
    const { body, headers } = request;
    request.body = undefined;
    request.rawBody = undefined;
    const event = translate(body);
    if (event.type === 'malformed') {
      throw refuseRequest('invalid_request', event.reason, { errors: [{ path: 'message', message: event.reason }] });
    }
    return { event, delivery: this.deliveries.toDelivery(event, body, headers) };
  }
}

/** Vapi has just reached us here: so it will again. */
function reachedAt(request: FastifyRequest): string {
  const forwarded = request.headers['x-forwarded-proto'];
  const scheme = typeof forwarded === 'string' ? (forwarded.split(',')[0] as string).trim() : request.protocol;
  return `${scheme}://${request.headers.host ?? request.hostname}/api/vapi/webhook`;
}
