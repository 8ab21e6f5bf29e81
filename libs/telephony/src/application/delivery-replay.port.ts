import type { LoggedDelivery } from './delivery-log.port';

/** Runs a stored delivery through the path it came by. A repeat moves nothing. */
export abstract class DeliveryReplay {
  abstract replay(delivery: LoggedDelivery): Promise<unknown>;
}
