import { Refusal } from '@holdfast/kernel';
import { Connection } from '../postgres/connection';
import { isConnectionLost } from '../postgres/database-fault';
import type { Statement } from '../postgres/statement';
import { Batcher, type Outcome } from './batcher';
import type { BatchMetrics } from './batch-metrics';

/** Rows of one statement. */
const MAX_ROWS = 500;
/** Waiting rows over all lanes: about a second of the highest load that was measured. */
const MAX_WAITING = 16_384;
/** A lost connection is opened again for this long before the rows are given back as unavailable. */
const RETRY_MS = 1_000;
const RETRY_PAUSE_MS = 50;

export interface BulkWriterOptions<Row> {
  readonly name: string;
  readonly databaseUrl: string;
  readonly lanes: number;
  /** Must be idempotent: after a lost connection it is sent again. */
  readonly statement: Statement<unknown>;
  readonly toColumns: (rows: readonly Row[]) => unknown[];
  /** Rows of one key go to the database in order, and never twice in one statement. */
  readonly keyOf: (row: Row) => string;
  readonly metrics?: BatchMetrics;
}

/** Writes plain records (not money) many at a time: what arrives while a statement is under way forms the next one. */
export class BulkWriter<Row> {
  private readonly batcher: Batcher<Row, void>;
  private readonly connections: (Connection | undefined)[] = [];

  constructor(private readonly options: BulkWriterOptions<Row>) {
    this.batcher = new Batcher({
      name: options.name,
      lanes: options.lanes,
      maxBatch: MAX_ROWS,
      maxQueue: MAX_WAITING,
      metrics: options.metrics,
      run: (lane, rows) => this.run(lane, rows),
    });
  }

  /** Resolves when the row is durable, or with the refusals `overloaded` and `database_unavailable`. */
  async write(row: Row): Promise<Refusal | undefined> {
    try {
      return (await this.batcher.submit(this.options.keyOf(row), row)) ?? undefined;
    } catch (fault) {
      if (isConnectionLost(fault)) return new Refusal('database_unavailable', 'The database cannot be reached.');
      throw fault;
    }
  }

  async close(): Promise<void> {
    await this.batcher.drain();
    for (const connection of this.connections) await connection?.close();
  }

  private async run(lane: number, rows: readonly Row[]): Promise<Outcome<void>[]> {
    const outcomes = new Map<Row, Outcome<void>>();
    for (const round of roundsOf(rows, this.options.keyOf)) await this.runRound(lane, round, outcomes);
    return rows.map((row) => outcomes.get(row) as Outcome<void>);
  }

  private async runRound(lane: number, rows: readonly Row[], outcomes: Map<Row, Outcome<void>>): Promise<void> {
    try {
      await this.send(lane, rows);
      for (const row of rows) outcomes.set(row, { ok: true, answer: undefined });
    } catch (fault) {
      if (rows.length === 1 || isConnectionLost(fault)) {
        for (const row of rows) outcomes.set(row, { ok: false, fault: fault as Error });
        return;
      }
      for (const row of rows) await this.runRound(lane, [row], outcomes); // one bad row harms no other
    }
  }

  private async send(lane: number, rows: readonly Row[]): Promise<void> {
    const started = Date.now();
    for (;;) {
      try {
        const connection = await this.connection(lane);
        await connection.send(this.options.statement, this.options.toColumns(rows));
        return;
      } catch (fault) {
        if (!isConnectionLost(fault)) throw fault;
        this.connections[lane]?.abandon();
        this.connections[lane] = undefined;
        if (Date.now() - started > RETRY_MS) throw fault;
        await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSE_MS));
      }
    }
  }

  private async connection(lane: number): Promise<Connection> {
    const open = this.connections[lane];
    if (open?.usable) return open;
    return (this.connections[lane] = await Connection.open(
      this.options.databaseUrl,
      `holdfast-${this.options.name}-${lane}`,
    ));
  }
}

/** Splits rows so that no key appears twice in a round, keeping each key's order. */
function roundsOf<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Row[][] {
  const rounds: Row[][] = [];
  const nextRoundOf = new Map<string, number>();
  for (const row of rows) {
    const key = keyOf(row);
    const round = nextRoundOf.get(key) ?? 0;
    (rounds[round] ??= []).push(row);
    nextRoundOf.set(key, round + 1);
  }
  return rounds;
}
