import { addSeconds, scaledTime } from '@holdfast/kernel';
import { COLUMN_TYPES } from '@holdfast/platform';
import { Client } from 'pg';
import { INVARIANT_CHECKS } from './reconciliation-checks';
import type { InvariantCheck } from './reconciliation-invariant';

/**
 * Longest a single check may take. Three million journal rows of a million calls took 27 s in all and 5 s for the
 * slowest, on two busy cores: at ten million, five minutes still mean that something is wrong with the server.
 */
const STATEMENT_TIMEOUT_MS = 300_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** Sorts and hashes of a whole journal: with the server's 4 MB they would spill a hundred times over. One connection. */
const WORK_MEM = '128MB';
/** Violations named per check; the number says how many there are. */
const MAX_SAMPLE = 20;
/** After its sweep is due, a hold may stay this long: the sweep itself takes time. */
const SWEEP_SLACK_SECONDS = 30;

export interface ReconciliationOptions {
  readonly databaseUrl: string;
  readonly sweepSeconds: number;
  /** 1 in production. */
  readonly timeScale: number;
  /** How long this engine has looked for expired holds; left out: for ever. */
  readonly sweptForSeconds?: number;
  readonly checks?: readonly InvariantCheck[];
}

export interface CheckedInvariant {
  readonly name: string;
  readonly ok: boolean;
  readonly violations: number;
  /** Ids of the first of them. */
  readonly sample: readonly string[];
}

export interface ReconciliationReport {
  readonly ok: boolean;
  readonly checks: readonly CheckedInvariant[];
  /** The moment of the snapshot that all checks saw. */
  readonly asOf: Date;
}

/** Checks the whole book on a connection of its own, in one snapshot that waits for nobody and that nobody waits for. */
export async function reconcile(options: ReconciliationOptions): Promise<ReconciliationReport> {
  const client = new Client({
    connectionString: options.databaseUrl,
    application_name: 'holdfast-reconciliation',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    types: COLUMN_TYPES,
    options: '-c timezone=UTC',
  });
  client.on('error', () => undefined); // the statement under way rejects, which is where it is reported
  await client.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    await client.query(`set local statement_timeout = ${STATEMENT_TIMEOUT_MS}`);
    await client.query(`set local work_mem = '${WORK_MEM}'`);
    const asOf = await takeSnapshot(client, options);
    const checks: CheckedInvariant[] = [];
    for (const check of options.checks ?? INVARIANT_CHECKS) checks.push(await run(client, check));
    await client.query('commit');
    return { ok: checks.every(({ ok }) => ok), checks, asOf };
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The first query of the transaction: everything after it sees the book as of now. */
async function takeSnapshot(client: Client, options: ReconciliationOptions): Promise<Date> {
  const { sweepSeconds, timeScale, sweptForSeconds = Infinity } = options;
  const { rows } = await client.query<{ now: Date }>('select clock_timestamp() as now');
  const asOf = scaledTime((rows[0] as { now: Date }).now, timeScale);
  const patienceSeconds = sweepSeconds + SWEEP_SLACK_SECONDS * timeScale;
  // What expired while no engine ran is due at the first sweep: until then it is nobody's fault.
  const overdueBefore =
    sweptForSeconds < patienceSeconds ? '-infinity' : addSeconds(asOf, -patienceSeconds).toISOString();
  await client.query(`select set_config('holdfast.overdue_before', $1, true)`, [overdueBefore]);
  return asOf;
}

async function run(client: Client, { name, sql }: InvariantCheck): Promise<CheckedInvariant> {
  const { rows } = await client.query<{ violations: number; sample: string[] }>(
    `with violations (id) as materialized (${sql})
     select (select count(*) from violations) as violations,
       array(select id::text from violations limit ${MAX_SAMPLE}) as sample`,
  );
  const { violations, sample } = rows[0] as { violations: number; sample: string[] };
  return { name, ok: violations === 0, violations, sample };
}
