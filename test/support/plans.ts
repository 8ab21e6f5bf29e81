import { Client } from 'pg';
import type { Connection, Statement } from '@holdfast/platform';
import { statement } from '@holdfast/platform';

/**
 * How PostgreSQL runs a statement that was prepared while the tables were empty and their statistics said so: the plan
 * that a connection keeps until the next ANALYZE, however fast the tables grow.
 */
export async function planMadeForEmptyTables(
  connection: Connection,
  databaseUrl: string,
  prepared: Statement<unknown>,
): Promise<string[]> {
  await analyze(databaseUrl);
  const nothing = new Array<null>(parametersOf(prepared)).fill(null);
  await connection.send(prepared, nothing).catch(() => undefined); // a guard may refuse it; it is prepared all the same
  const execute = `explain execute ${prepared.name}(${nothing.map(() => 'null').join()})`;
  const rows = await connection.send(statement<Record<string, string>>(`explain_${prepared.name}`, execute));
  return rows.map((row) => row['QUERY PLAN'] as string);
}

/** The scans of a plan that read all of a table, whatever was asked for. */
export function wholeTableScans(plan: readonly string[]): string[] {
  return plan.filter((line, i) => {
    if (/Seq Scan/.test(line)) return true;
    return /Index (Only )?Scan/.test(line) && !/Index Cond/.test(plan[i + 1] ?? '');
  });
}

async function analyze(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('analyze');
  await client.end();
}

function parametersOf({ text }: Statement<unknown>): number {
  return Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
}
