import { Injectable, Logger } from '@nestjs/common';
import { addSeconds, newId, type Refusal } from '@holdfast/kernel';
import { EngineClock } from '@holdfast/platform';
import { DeliveryLog, type Delivery, type LoggedDelivery } from '../application/delivery-log.port';
import { CallFollower, type ArrivedAs, type Followable, type Sighting } from '../application/follow-call';
import type { Followed } from '../application/followed';
import type { VapiEvent } from '../domain/call-event';
import { redactDelivery } from './redact-delivery';
import { redactHeaders, type DeliveryHeaders } from './redact-headers';
import { translate } from './vapi-message-translator';

/** Pauses before a failure that may pass is tried again; after the last it waits for an operator. */
const RETRY_AFTER_SECONDS = [5, 15, 60, 300, 900, 3_600] as const;

export interface Received extends ArrivedAs {
  readonly event: VapiEvent;
  /** Asked while the delivery was being written down: looking is not acting. */
  readonly looked?: Promise<Sighting>;
}

/** Writes a delivery down before anything is done about it, does it, and writes down what came of it. */
@Injectable()
export class DeliveryProcessor {
  private readonly log = new Logger('webhook');

  constructor(
    private readonly deliveries: DeliveryLog,
    private readonly follower: CallFollower,
    private readonly clock: EngineClock,
  ) {}

  /** What is kept of a request, redacted and written out: nothing of the request itself stays in memory. */
  toDelivery(event: VapiEvent, body: unknown, headers: DeliveryHeaders): Delivery {
    const receivedAt = this.clock.approximate();
    return {
      id: newId(receivedAt.getTime()),
      receivedAt,
      type: typeOf(event),
      callId: callIdOf(event),
      headers: JSON.stringify(redactHeaders(headers)),
      payload: JSON.stringify(redactDelivery(body)),
      controlUrl: (isFollowable(event) && event.call.controlUrl) || null,
    };
  }

  /** @returns the refusal when nothing durable was written: the sender must try again. */
  async receive(event: VapiEvent, delivery: Delivery): Promise<Received | Refusal> {
    const looked = isFollowable(event) ? this.follower.look(event.call) : undefined;
    looked?.catch(() => undefined); // whoever follows the event sees it; nobody does when the delivery is not written
    const refused = await this.deliveries.write(delivery);
    return refused ?? { id: delivery.id, arrivedAt: this.clock.approximate(), event, looked };
  }

  /** Never rejects: what went wrong is the delivery's outcome. */
  async process(received: Received, attempt = 1): Promise<Followed> {
    const { id } = received;
    const followed = await this.follow(received).catch((fault: Error): Followed => this.faulty(id, fault));
    const isLogged = followed.status === 'processed' && followed.logged;
    if (!isLogged) await this.finish(id, followed, attempt);
    return followed;
  }

  private faulty(id: string, fault: Error): Followed {
    this.log.error(`delivery ${id}: ${fault.message}`, fault.stack);
    return { status: 'failed', orgId: null, error: `fault: ${fault.message}`, transient: true };
  }

  /** Runs a stored delivery through the same path again. Handlers are idempotent: a repeat moves nothing. */
  async replay(delivery: LoggedDelivery): Promise<Followed> {
    const event = translate(delivery.payload);
    if (event.type === 'malformed') {
      const followed: Followed = { status: 'failed', orgId: null, error: event.reason, transient: false };
      await this.finish(delivery.id, followed, delivery.attempts + 1);
      return followed;
    }
    const { id, receivedAt: arrivedAt, controlUrl, attempts } = delivery;
    return this.process({ id, arrivedAt, event: withControlUrl(event, controlUrl) }, attempts + 1);
  }

  /** Notes the outcome of a delivery that was answered elsewhere (the gate). */
  async finish(id: string, followed: Followed, attempt: number): Promise<void> {
    const at = this.clock.approximate();
    const pause = RETRY_AFTER_SECONDS[attempt - 1];
    const retry = followed.status === 'failed' && followed.transient && pause !== undefined;
    await this.deliveries
      .finish({
        id,
        at,
        status: followed.status,
        orgId: followed.orgId,
        error: followed.status === 'failed' ? followed.error : null,
        outcome:
          followed.status === 'processed'
            ? followed.outcome
            : followed.status === 'ignored'
              ? { reason: followed.reason }
              : null,
        retryAt: retry ? addSeconds(at, pause) : null,
      })
      // Without its outcome the delivery looks abandoned and is run again: that moves nothing.
      .catch((fault: Error) => this.log.warn(`outcome of delivery ${id} was not noted: ${fault.message}`));
  }

  private async follow({ event, looked, ...delivery }: Received): Promise<Followed> {
    if (isFollowable(event)) return this.follower.follow(event, delivery, looked);
    switch (event.type) {
      case 'ignored':
        return { status: 'ignored', orgId: null, reason: 'billing does not react to this type' };
      case 'unidentified':
        return { status: 'failed', orgId: null, error: event.reason, transient: false };
      case 'assistant-request':
        // Its answer went with its request, or never: nobody waits for it any more, and nothing may be held for it.
        return { status: 'ignored', orgId: null, reason: 'the caller is gone' };
    }
  }
}

/** As it came: what is kept of a payload is redacted. */
function withControlUrl(event: VapiEvent, controlUrl: string | null): VapiEvent {
  return controlUrl !== null && isFollowable(event) ? { ...event, call: { ...event.call, controlUrl } } : event;
}

function isFollowable(event: VapiEvent): event is Followable {
  return event.type !== 'ignored' && event.type !== 'unidentified' && event.type !== 'assistant-request';
}

function typeOf(event: VapiEvent): string {
  switch (event.type) {
    case 'call-live':
    case 'call-status':
    case 'call-ended':
      return 'status-update';
    case 'call-report':
      return 'end-of-call-report';
    case 'assistant-request':
      return 'assistant-request';
    default:
      return event.messageType;
  }
}

function callIdOf(event: VapiEvent): string | null {
  if (event.type === 'ignored') return event.callId ?? null;
  return event.type === 'unidentified' ? null : event.call.callId;
}
