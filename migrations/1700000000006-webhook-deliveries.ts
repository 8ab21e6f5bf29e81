import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every delivery, written before it is acted on, with its outcome. */
export class WebhookDeliveries1700000000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table webhook_delivery_log (
        id uuid primary key,
        received_at timestamptz not null,
        type text not null,
        call_id text,
        org_id uuid,
        status text not null default 'received',
        attempts integer not null default 0,
        error text,
        outcome json,
        retry_at timestamptz,
        processed_at timestamptz,
        headers json not null,
        payload json not null,
        constraint delivery_status_is_known check (status in ('received', 'processed', 'failed', 'ignored'))
      ) with (fillfactor = 80);
      create index idx_webhook_delivery_status on webhook_delivery_log (status, received_at desc, id desc);
      create index idx_webhook_delivery_received on webhook_delivery_log (received_at desc, id desc);
      create index idx_webhook_delivery_call on webhook_delivery_log (call_id) where call_id is not null;
      create index idx_webhook_delivery_retry on webhook_delivery_log (retry_at) where retry_at is not null;
      comment on column webhook_delivery_log.payload is 'redacted: no secrets, no control URLs, no conversation';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations of money only go forward: restore a backup instead');
  }
}
