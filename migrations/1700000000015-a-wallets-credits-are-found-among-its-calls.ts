import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * "What did I pay in?" is asked of wallets with millions of calls: a second with three million rows. Credits are few, so that
 * an index of them costs nothing to keep. Charges of assets are many and get none.
 */
export class AWalletsCreditsAreFoundAmongItsCalls1700000000015 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create index idx_credit_txn_credits on credit_transactions (org_id, type, seq)
        where type in ('topup', 'bonus', 'refund', 'adjustment');
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations of money only go forward: restore a backup instead');
  }
}
