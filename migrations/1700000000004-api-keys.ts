import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Keys of organisations: shown once, stored as a SHA-256 (256 random bits need no slow hash). */
export class ApiKeys1700000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table api_keys (
        id uuid primary key,
        org_id uuid not null references organizations (id),
        name text not null,
        key_hash text not null,
        key_prefix text not null,
        created_at timestamptz not null default clock_timestamp(),
        revoked_at timestamptz,
        constraint api_key_hash_is_unique unique (key_hash),
        constraint api_key_name_is_given check (name <> '')
      );
      create index idx_api_keys_org on api_keys (org_id, created_at);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations of money only go forward: restore a backup instead');
  }
}
