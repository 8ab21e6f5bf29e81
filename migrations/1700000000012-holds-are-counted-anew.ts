import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A hold of nothing (prepaid billing off, a tariff of 0p) changes only the count of its wallet's holds, and until now that count
 * was not part of what a write proves: two replicas could both write n + 1. Where it was lost, closing the last holds failed
 * for ever (`active_reservations_are_never_negative`). Counted anew, once.
 *
 * An engine may be at work meanwhile. The lock waits until nobody has a wallet's row in hand: a weaker one was got beside such
 * a transaction, and each then waited for the other. What engines remember of a wallet that is mended is disproved by the
 * count of its terms: one from before compares no count of holds, and would write the lost one again.
 */
export class HoldsAreCountedAnew1700000000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      lock table wallets in exclusive mode;
      update wallets w set active_reservations = counted.active, terms_version = w.terms_version + 1
      from (select o.org_id,
              (select count(*) from credit_reservations r where r.org_id = o.org_id and r.status = 'active') as active
            from wallets o) counted
      where counted.org_id = w.org_id and counted.active <> w.active_reservations;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations of money only go forward: restore a backup instead');
  }
}
