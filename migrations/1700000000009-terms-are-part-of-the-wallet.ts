import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A wallet's row counts the changes of its organisation's call terms, whoever makes them: an engine that judges a call on
 * terms that it remembers proves them together with the wallet (docs/decisions/judged-from-memory.md).
 */
export class TermsArePartOfTheWallet1700000000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table wallets add column terms_version bigint not null default 0;
      comment on column wallets.terms_version is 'counts the changes of the organization''s call terms';

      create function count_change_of_terms() returns trigger language plpgsql as $$
      begin
        update wallets set terms_version = terms_version + 1 where org_id = new.id;
        return null;
      end $$;

      create trigger a_change_of_terms_is_counted_in_the_wallet
        after update of rate_card_id, prepaid_billing, estimated_minutes, sharing, low_balance_pence on organizations
        for each row execute function count_change_of_terms();
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations of money only go forward: restore a backup instead');
  }
}
