import 'reflect-metadata';
import { dataSourceOptions } from '@holdfast/platform';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { runCommand } from './command-line/run-command';
import { UsageError } from './command-line/usage.error';
import { chapter, type Chapter } from './verification/finding';
import { verificationReport } from './verification/verification-report';
import { verifyAppendOnly } from './verification/verify-append-only';
import { verifyInvariants } from './verification/verify-invariants';
import { verifyMigrations, verifySchema } from './verification/verify-schema';
import { verifyServer } from './verification/verify-server';
import { verifySettings } from './verification/verify-settings';

const USAGE = `usage: DATABASE_URL=postgres://… npm run verify:billing-deployment
  Verifies the database that DATABASE_URL names and the other settings of this environment. Changes nothing; an engine
  may be running. Exit code 0: everything is right, 1: something is not, 2: called wrongly.`;

const CONNECT_TIMEOUT_MS = 5_000;
/** Of one look at the catalogue; the invariants have a limit of their own. */
const STATEMENT_TIMEOUT_MS = 30_000;
const DEFAULT_SWEEP_SECONDS = 60;

async function verify(args: readonly string[]): Promise<boolean> {
  const databaseUrl = process.env.DATABASE_URL;
  if (args.length > 0) throw new UsageError(`Unknown argument: ${args.join(' ')}`);
  if (!databaseUrl || !URL.canParse(databaseUrl))
    throw new UsageError('DATABASE_URL must name the database to verify.');

  const settings = await chapter('Settings', () => verifySettings(process.env));
  const chapters = [settings, ...(await verifyDatabase(databaseUrl))];
  console.log(verificationReport(withoutPassword(databaseUrl), chapters));
  return chapters.every(({ findings }) => findings.every(({ problem }) => problem === null));
}

async function verifyDatabase(databaseUrl: string): Promise<Chapter[]> {
  const sweepSeconds = Number(process.env.RESERVATION_SWEEP_SECONDS) || DEFAULT_SWEEP_SECONDS;
  const database = new DataSource(dataSourceOptions(databaseUrl));
  const client = new Client({
    connectionString: databaseUrl,
    application_name: 'holdfast-verification',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
  });
  client.on('error', () => undefined); // the statement under way rejects, which is where it is reported
  try {
    await client.connect();
    await database.initialize();
    return [
      await chapter('Server', () => verifyServer(client)),
      await chapter('Migrations', () => verifyMigrations(database)),
      await chapter('Schema', () => verifySchema(client)),
      await chapter('Append-only', () => verifyAppendOnly(client)),
      await chapter('Invariants', () => verifyInvariants(databaseUrl, sweepSeconds)),
    ];
  } catch (fault) {
    return [await chapter('Server', () => Promise.reject(fault as Error))];
  } finally {
    await client.end().catch(() => undefined);
    if (database.isInitialized) await database.destroy();
  }
}

function withoutPassword(databaseUrl: string): string {
  const { hostname, port, pathname } = new URL(databaseUrl);
  return `${hostname}:${port || '5432'}${pathname}`;
}

void runCommand(USAGE, verify);
