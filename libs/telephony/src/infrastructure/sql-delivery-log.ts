import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { addSeconds, type Refusal } from '@holdfast/kernel';
import { BulkWriter, Metrics, Settings } from '@holdfast/platform';
import { DataSource } from 'typeorm';
import {
  DeliveryLog,
  type Delivery,
  type DeliveryFilter,
  type DeliveryResult,
  type DeliverySummary,
  type LoggedDelivery,
} from '../application/delivery-log.port';
import {
  CLAIM_RETRIES,
  FINISH_DELIVERIES,
  LIST_DELIVERIES,
  REMOVE_OLD_DELIVERIES,
  resultColumns,
  SUMMARY_COLUMNS,
  toSummary,
  WRITE_DELIVERIES,
  type DeliveryRow,
} from './delivery.sql';

/** A delivery without an outcome after this was left by a dying process. Longer than any handling takes. */
const ABANDONED_AFTER_SECONDS = 30;

@Injectable()
export class SqlDeliveryLog extends DeliveryLog implements OnApplicationShutdown {
  private readonly arrivals: BulkWriter<Delivery>;
  private readonly results: BulkWriter<DeliveryResult>;

  constructor(
    private readonly database: DataSource,
    settings: Settings,
    metrics: Metrics,
  ) {
    super();
    const { databaseUrl } = settings;
    const writer = { databaseUrl, metrics, lanes: 1, keyOf: (row: { id: string }): string => row.id };
    this.arrivals = new BulkWriter<Delivery>({
      ...writer,
      name: 'deliveries',
      statement: WRITE_DELIVERIES,
      toColumns: (deliveries) => arrivalColumns(deliveries, ABANDONED_AFTER_SECONDS * settings.timeScale),
    });
    this.results = new BulkWriter<DeliveryResult>({
      ...writer,
      name: 'delivery-results',
      statement: FINISH_DELIVERIES,
      toColumns: resultColumns,
    });
  }

  write(delivery: Delivery): Promise<Refusal | undefined> {
    return this.arrivals.write(delivery);
  }

  finish(result: DeliveryResult): Promise<Refusal | undefined> {
    return this.results.write(result);
  }

  async list({ status, type, callId, before, limit }: DeliveryFilter): Promise<DeliverySummary[]> {
    const rows: DeliveryRow[] = await this.database.query(LIST_DELIVERIES, [
      status ?? null,
      type ?? null,
      callId ?? null,
      before?.receivedAt ?? null,
      before?.id ?? null,
      limit,
    ]);
    return rows.map(toSummary);
  }

  async find(id: string): Promise<LoggedDelivery | null> {
    const rows: DeliveryRow[] = await this.database.query(
      `select ${SUMMARY_COLUMNS}, d.headers, d.payload, d.control_url from webhook_delivery_log d where d.id = $1`,
      [id],
    );
    return rows[0] ? whole(rows[0]) : null;
  }

  async claimRetries(now: Date, leaseSeconds: number, limit: number): Promise<LoggedDelivery[]> {
    const [rows]: [DeliveryRow[], number] = await this.database.query(CLAIM_RETRIES, [
      now,
      addSeconds(now, leaseSeconds),
      limit,
    ]);
    return rows.map(whole);
  }

  async removeOlderThan(moment: Date, limit: number): Promise<number> {
    const [, removed]: [unknown, number] = await this.database.query(REMOVE_OLD_DELIVERIES, [moment, limit]);
    return removed;
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.arrivals.close(), this.results.close()]);
  }
}

function whole(row: DeliveryRow): LoggedDelivery {
  return { ...toSummary(row), headers: row.headers, payload: row.payload, controlUrl: row.control_url ?? null };
}

function arrivalColumns(deliveries: readonly Delivery[], abandonedAfterSeconds: number): unknown[][] {
  return [
    deliveries.map((d) => d.id),
    deliveries.map((d) => d.receivedAt),
    deliveries.map((d) => d.type),
    deliveries.map((d) => d.callId),
    deliveries.map((d) => d.headers),
    deliveries.map((d) => d.payload),
    deliveries.map((d) => addSeconds(d.receivedAt, abandonedAfterSeconds)),
    deliveries.map((d) => d.controlUrl),
  ];
}
