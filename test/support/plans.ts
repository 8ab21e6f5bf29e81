import { Client } from 'pg';
import { Connection, statement, type Statement } from '@holdfast/platform';
import { freshDatabase, type FreshDatabase } from './database';

/** A database whose tables have never held anything, and what PostgreSQL plans there. */
export class PlansForEmptyTables {
  private database: FreshDatabase | undefined;
  private connection: Connection | undefined;

  async open(): Promise<void> {
    this.database = await freshDatabase();
    this.connection = await Connection.open(this.database.url, 'plans');
  }

  async close(): Promise<void> {
    await this.connection?.close();
    await this.database?.drop();
  }

  /** The steps of a statement's plan that read a whole table or index. Throws when there is no plan to look at. */
  async wholeTableScansOf(prepared: Statement<unknown>): Promise<string[]> {
    if (!this.connection || !this.database) throw new Error('open the database first');
    const plan = await planMadeForEmptyTables(this.connection, this.database.url, prepared);
    if (plan.length < 2) throw new Error(`no plan of ${prepared.name}: ${plan.join()}`);
    return wholeTableScans(this.connection, plan);
  }
}

/**
 * How PostgreSQL runs a statement that was prepared while the tables were empty and their statistics said so: the plan
 * that a connection keeps until the next ANALYZE, however fast the tables grow.
 */
async function planMadeForEmptyTables(
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

/**
 * The scans of a plan that read all of a table, or skip through all of an index, whatever was asked for: an index serves a
 * look-up only when the look-up says what its first column is.
 */
async function wholeTableScans(connection: Connection, plan: readonly string[]): Promise<string[]> {
  const indexes = await connection.send(FIRST_COLUMNS);
  const firstColumn = new Map(indexes.map(({ name, column }) => [name, column]));
  return plan.filter((line, i) => {
    if (/Seq Scan/.test(line)) return true;
    const [, index] = /(?:Index (?:Only )?Scan using|Bitmap Index Scan on) (\S+)/.exec(line) ?? [];
    if (index === undefined) return false;
    return !new RegExp(`Index Cond: .*\\(${firstColumn.get(index)} <?= `).test(plan[i + 1] ?? '');
  });
}

const FIRST_COLUMNS = statement<{ name: string; column: string }>(
  'first_columns_of_indexes',
  `select c.relname as name, a.attname as column from pg_index i join pg_class c on c.oid = i.indexrelid
   join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]`,
);

async function analyze(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('analyze');
  await client.end();
}

function parametersOf({ text }: Statement<unknown>): number {
  return Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
}
