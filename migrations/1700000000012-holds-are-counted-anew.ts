import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A hold of nothing (prepaid billing off, a tariff of 0p) changes only the count of its wallet's holds, and until now that count
 * was not part of what a write proves: two replicas could both write n + 1. Where it was lost, closing the last holds failed
 * for ever (`active_reservations_are_never_negative`). Counted anew, once.
 */
export class HoldsAreCountedAnew1700000000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      lock table wallets in share row exclusive mode;
      update wallets w set active_reservations = counted.active
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
