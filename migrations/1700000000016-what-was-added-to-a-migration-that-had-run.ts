import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Migrations 5 and 14 were changed after they had run: a database from before had no lease of calls, so that no call of it was
 * ever looked at, and holds of one instant without their order. Whoever has both finds nothing to do here. A migration is never
 * changed again (libs/platform/src/postgres/a-migration-is-never-changed.spec.ts).
 */
export class WhatWasAddedToAMigrationThatHadRun1700000000016 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      do $$ begin
        if not exists (select from pg_attribute where attrelid = 'calls'::regclass and attname = 'leased_until') then
          alter table calls add column leased_until timestamptz;
          comment on column calls.leased_until is 'somebody has this call in hand: until then nobody else takes it, however soon it is asked for';
        end if;
        if pg_get_indexdef('idx_credit_res_named'::regclass) not like '%created_at, id)%' then
          drop index idx_credit_res_named;
          create index idx_credit_res_named on credit_reservations (vapi_call_id, org_id,
            (case when status = 'active' then 0 when settlement is not null then 1 when status = 'expired' then 2 else 3 end),
            created_at, id) where call_id <> vapi_call_id;
        end if;
      end $$;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations of money only go forward: restore a backup instead');
  }
}
