import { setTimeout as pause } from 'node:timers/promises';
import { MigrationExecutor, type DataSource } from 'typeorm';
import { isBusy, isWorthRetrying } from './database-fault';

/**
 * Where money is, in the order in which they are locked before the first migration: whoever moves money takes the wallets first and
 * waits there, with nothing in hand that a migration could need. Taken one by one by the migrations, a lock that an engine at work
 * had, and it another's, let the start fail: three times of three, at some twenty calls a second. Deliveries are written down
 * meanwhile, unless a migration is about their own table.
 */
const TABLES_OF_MONEY = [
  'wallets',
  'credit_transactions',
  'credit_reservations',
  'arrears',
  'organizations',
  'rate_cards',
];
/** While a lock is waited for, everybody else waits behind it; as long as engines wait for one themselves. */
const LOCK_WAIT_MS = 2_000;
/** Between two tries, for those who waited. */
const PAUSE_MS = 1_000;
/** Three minutes. Somebody reads for longer: a backup, or a look into the whole book. */
const TRIES = 60;

const IN_USE =
  'the schema must change, and somebody has used its tables for minutes: start again after the backup, or whatever it is';

/**
 * All migrations that are missing, in one transaction. Engines at work wait meanwhile, and answer 503.
 * @returns their names
 * @throws the fault of a migration; when the tables could not be had, an error that says so
 */
export async function runMissingMigrations(database: DataSource): Promise<string[]> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await runAll(database);
    } catch (fault) {
      if (!isBusy(fault) && !isWorthRetrying(fault)) throw fault;
      if (tries === TRIES) throw new Error(IN_USE, { cause: fault });
      await pause(PAUSE_MS);
    }
  }
}

async function runAll(database: DataSource): Promise<string[]> {
  const runner = database.createQueryRunner();
  await runner.startTransaction();
  try {
    await runner.query(`set local lock_timeout = ${LOCK_WAIT_MS}`);
    for (const { name } of (await runner.query(THOSE_THAT_ARE_THERE, [TABLES_OF_MONEY])) as { name: string }[]) {
      await runner.query(`lock table ${name} in access exclusive mode`);
    }
    await runner.query('set local lock_timeout = 0');
    const executor = new MigrationExecutor(database, runner);
    executor.transaction = 'all'; // this one
    const ran = await executor.executePendingMigrations();
    await runner.commitTransaction();
    return ran.map(({ name }) => name);
  } catch (fault) {
    await runner.rollbackTransaction().catch(() => undefined);
    throw fault;
  } finally {
    await runner.release();
  }
}

const THOSE_THAT_ARE_THERE = `select name from unnest($1::text[]) with ordinality as t (name, place)
  where to_regclass(name) is not null order by place`;
