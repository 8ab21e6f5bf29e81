import { sqlState } from '@holdfast/platform';
import type { Client } from 'pg';
import { APPEND_ONLY_TABLES } from './expected-schema';
import { expectThat, type Finding } from './finding';

/** insufficient_privilege: what the triggers raise. */
const REFUSED = '42501';
/** The attempt never waits behind somebody who works: it would make others wait behind it. */
const LOCK_TIMEOUT_MS = 1_000;

const ATTEMPTS = [
  {
    verb: 'UPDATE',
    sql: (table: string) => `update ${table} set id = id where id = (select id from ${table} limit 1)`,
  },
  { verb: 'DELETE', sql: (table: string) => `delete from ${table} where id = (select id from ${table} limit 1)` },
] as const;

/** TRUNCATE is looked up, not tried: to be refused it would first have to lock out everybody else. */
const TRUNCATE_IS_GUARDED = `select exists (select from pg_trigger
  where tgrelid = $1::regclass and tgtype & 32 <> 0 and tgtype & 2 <> 0 and tgenabled in ('O', 'A')) as guarded`;

/** Tries it, in a transaction that is rolled back whatever happens: the database itself must refuse. */
export async function verifyAppendOnly(client: Client): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const table of APPEND_ONLY_TABLES) {
    for (const { verb, sql } of ATTEMPTS) {
      const outcome = await attempt(client, sql(table));
      findings.push(
        expectThat(`${table} refuses ${verb}`, outcome === REFUSED, outcome ?? 'it was carried out (and rolled back)'),
      );
    }
    const { rows } = await client.query<{ guarded: boolean }>(TRUNCATE_IS_GUARDED, [table]);
    findings.push(expectThat(`${table} refuses TRUNCATE`, rows[0]?.guarded === true, 'no trigger guards it'));
  }
  return findings;
}

/** @returns the SQLSTATE of the refusal; null when nothing was refused */
async function attempt(client: Client, sql: string): Promise<string | null> {
  await client.query('begin');
  try {
    await client.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
    await client.query(sql);
    return null;
  } catch (fault) {
    return sqlState(fault) ?? (fault as Error).message;
  } finally {
    await client.query('rollback');
  }
}
