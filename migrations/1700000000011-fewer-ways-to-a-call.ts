import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A third of what PostgreSQL does for a call is finding places in indexes, twenty of them, and an eighth was asking whether
 * its tariff exists, which the guarded update of its wallet has proven in the same transaction.
 * docs/decisions/what-the-database-refuses.md says what stands in place of the foreign key.
 */
export class FewerWaysToACall1700000000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Lists over all statuses are merged from idx_credit_res_org_status.
      drop index idx_credit_res_org_created;

      -- Call ids of Vapi are ordered in time (UUIDv7): by call first, new entries stand side by side.
      drop index idx_credit_txn_call;
      create index idx_credit_txn_call on credit_transactions (call_id, seq) where call_id is not null;

      alter table credit_reservations drop constraint reservation_keeps_its_organizations_rate_card;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations of money only go forward: restore a backup instead');
  }
}
