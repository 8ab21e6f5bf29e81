import { pendingMigrations, unknownMigrations } from '@holdfast/platform';
import type { Client } from 'pg';
import type { DataSource } from 'typeorm';
import {
  EXPECTED_CONSTRAINTS,
  EXPECTED_INDEXES,
  EXPECTED_RESERVATION_COLUMNS,
  EXPECTED_TABLES,
} from './expected-schema';
import { expectThat, type Finding } from './finding';

const FIND_TABLES = `select name from unnest($1::text[]) as name where to_regclass(name) is not null`;

const FIND_COLUMNS = `select column_name as name from information_schema.columns
  where table_schema = any(current_schemas(false)) and table_name = $1 and column_name = any($2)`;

const FIND_INDEXES = `select relname as name, indisunique as is_unique from pg_index
  join pg_class on pg_class.oid = indexrelid
  where relname = any($1) and indisvalid and indisready and pg_table_is_visible(indexrelid)`;

/** Since PostgreSQL 18 a constraint may be declared and not enforced. */
const FIND_CONSTRAINTS = `select conname as name from pg_constraint c
  where conname = any($1) and convalidated and (to_jsonb(c) ->> 'conenforced') is distinct from 'false'
    and pg_table_is_visible(conrelid)`;

export async function verifyMigrations(database: DataSource): Promise<Finding[]> {
  const pending = await pendingMigrations(database);
  const unknown = await unknownMigrations(database);
  return [
    expectThat('all migrations of this build have run', pending.length === 0, `missing: ${pending.join(', ')}`),
    expectThat('no newer build has changed the schema', unknown.length === 0, `of a newer one: ${unknown.join(', ')}`),
  ];
}

/** Names are the contract: the old engine's operators run SQL by hand. */
export async function verifySchema(client: Client): Promise<Finding[]> {
  const found = async (sql: string, ...values: unknown[]): Promise<ReadonlySet<string>> => {
    const { rows } = await client.query<{ name: string }>(sql, values);
    return new Set(rows.map(({ name }) => name));
  };
  const tables = await found(FIND_TABLES, EXPECTED_TABLES);
  const columns = await found(FIND_COLUMNS, 'credit_reservations', EXPECTED_RESERVATION_COLUMNS);
  const constraints = await found(FIND_CONSTRAINTS, EXPECTED_CONSTRAINTS);
  const indexes = await client.query<{ name: string; is_unique: boolean }>(FIND_INDEXES, [
    EXPECTED_INDEXES.map(({ name }) => name),
  ]);
  const isUnique = new Map(indexes.rows.map((row) => [row.name, row.is_unique]));
  return [
    ...EXPECTED_TABLES.map((name) => expectThat(`table ${name}`, tables.has(name), 'missing')),
    ...EXPECTED_RESERVATION_COLUMNS.map((name) =>
      expectThat(`column credit_reservations.${name}`, columns.has(name), 'missing'),
    ),
    ...EXPECTED_INDEXES.map(({ name, unique }) =>
      expectThat(
        `${unique ? 'unique ' : ''}index ${name}`,
        isUnique.has(name) && (!unique || isUnique.get(name) === true),
        isUnique.has(name) ? 'not unique' : 'missing, or not valid',
      ),
    ),
    ...EXPECTED_CONSTRAINTS.map((name) =>
      expectThat(`constraint ${name}`, constraints.has(name), 'missing, or not enforced'),
    ),
  ];
}
