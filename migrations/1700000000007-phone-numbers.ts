import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Numbers of tenants: by them webhooks find whose call it is. */
export class PhoneNumbers1700000000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table phone_numbers (
        id uuid primary key,
        org_id uuid not null references organizations (id),
        status text not null,
        vapi_phone_number_id text,
        phone_number text,
        assistant_id text,
        created_at timestamptz not null default clock_timestamp(),
        updated_at timestamptz not null default clock_timestamp(),
        constraint phone_number_status_is_known check (
          status in ('pending', 'active', 'failed', 'unknown', 'releasing', 'released'))
      );
      create unique index a_vapi_number_has_one_tenant on phone_numbers (vapi_phone_number_id)
        where vapi_phone_number_id is not null and status not in ('released', 'failed');
      create index idx_phone_numbers_assistant on phone_numbers (assistant_id) where status = 'active';
      create index idx_phone_numbers_org on phone_numbers (org_id, created_at desc, id desc);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations of money only go forward: restore a backup instead');
  }
}
