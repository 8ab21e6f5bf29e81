import type { Refusal } from '@holdfast/kernel';

export const DELIVERY_STATUSES = ['received', 'processed', 'failed', 'ignored'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** A delivery as it is kept: redacted, but with everything that decides about money. */
export interface Delivery {
  readonly id: string;
  readonly receivedAt: Date;
  readonly type: string;
  readonly callId: string | null;
  /** JSON texts. */
  readonly headers: string;
  readonly payload: string;
  /** The way to its call, which the payload does not tell: until the delivery has been acted on. Never shown. */
  readonly controlUrl: string | null;
}

export interface DeliveryResult {
  readonly id: string;
  readonly status: Exclude<DeliveryStatus, 'received'>;
  readonly orgId: string | null;
  readonly error: string | null;
  readonly outcome: Readonly<Record<string, unknown>> | null;
  /** Set when the failure may pass by itself: it is tried again then. */
  readonly retryAt: Date | null;
  readonly at: Date;
}

export interface LoggedDelivery extends Omit<Delivery, 'headers' | 'payload'> {
  readonly headers: unknown;
  readonly payload: unknown;
  readonly orgId: string | null;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly error: string | null;
  readonly outcome: unknown;
  readonly retryAt: Date | null;
  readonly processedAt: Date | null;
}

export type DeliverySummary = Omit<LoggedDelivery, 'payload' | 'headers' | 'controlUrl'>;

export interface DeliveryFilter {
  readonly status?: DeliveryStatus;
  readonly type?: string;
  readonly callId?: string;
  readonly limit: number;
  readonly before?: { readonly receivedAt: Date; readonly id: string };
}

/** Every delivery, durable before it is acted on. */
export abstract class DeliveryLog {
  abstract write(delivery: Delivery): Promise<Refusal | undefined>;
  abstract finish(result: DeliveryResult): Promise<Refusal | undefined>;
  /** Newest first, without payloads. */
  abstract list(filter: DeliveryFilter): Promise<DeliverySummary[]>;
  abstract find(id: string): Promise<LoggedDelivery | null>;
  /**
   * Takes deliveries to be tried again: failures whose time has come, and those that a dying process left without an
   * outcome. Moves them on by `leaseSeconds`, so that one replica at a time has them.
   */
  abstract claimRetries(now: Date, leaseSeconds: number, limit: number): Promise<LoggedDelivery[]>;
  /** Spares what is still to be run, and what came of an old delivery only after `moment`. @returns how many were removed */
  abstract removeOlderThan(moment: Date, limit: number): Promise<number>;
}
