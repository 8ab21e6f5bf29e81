import type { Connection as WireConnection } from 'pg';
import { COLUMN_TYPES } from './column-types';
import { encodeParameter, type EncodedParameter } from './parameter';
import type { Statement } from './statement';

export interface Answer {
  readonly rows: readonly unknown[];
  /** What PostgreSQL says it did: `COMMIT`, `INSERT 0 3`. */
  readonly tag: string;
}

/** One statement of a flight, and who waits for its answer. */
export interface Passenger {
  readonly statement: Statement<unknown>;
  readonly values: readonly unknown[];
  readonly resolve: (answer: Answer) => void;
  readonly reject: (fault: Error) => void;
}

interface Column {
  readonly name: string;
  readonly parse: (text: string) => unknown;
}

/** What the rows of a statement look like. */
interface RowShape {
  readonly columns: readonly Column[];
  /** Copied for each row: an object that grows column by column leaves four times its size to be collected. */
  readonly blank: Readonly<Record<string, unknown>>;
}

const NO_ROWS: RowShape = { columns: [], blank: {} };

/** What one connection has prepared: by statement name, the shape of its rows. */
export type Prepared = Map<string, RowShape>;

interface RowDescription {
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[];
}

/**
 * Statements that leave in one write with one Sync behind them, and are answered in one read: PostgreSQL sends nothing
 * before it has run them all. After the first that fails the rest are skipped by the server, a COMMIT among them; they
 * are rejected with the same fault. Prepared statements are described once per connection, not with every use.
 *
 * A "submittable" of node-postgres, as pg-cursor is: the driver hands it the messages of its turn. Extended query
 * protocol: PostgreSQL documentation, chapter 54.2.3.
 */
export class Flight {
  /** Set by the driver, which ends its time-out by it. */
  callback: (fault: Error | null) => void = () => undefined;

  private readonly answers: Answer[] = [];
  private shape = NO_ROWS;
  private described: RowShape | undefined;
  private rows: unknown[] = [];
  private fault: Error | undefined;
  private over = false;
  private encoded: readonly EncodedParameter[][] = [];
  private unencodable: Error | null = null;

  /** Encodes at once, not when it is the flight's turn: the one before may still be under way. */
  constructor(
    private readonly passengers: readonly Passenger[],
    private readonly prepared: Prepared,
  ) {
    try {
      this.encoded = passengers.map(({ statement, values }) =>
        values.map((value, i) => encodeParameter(value, statement.arrays[i])),
      );
    } catch (fault) {
      this.unencodable = fault as Error;
    }
  }

  /** @returns the fault that kept everything on the ground, if one did. */
  submit(wire: WireConnection): Error | null {
    if (this.unencodable) return this.unencodable;
    const { encoded } = this;
    wire.stream.cork();
    this.passengers.forEach(({ statement }, i) => this.write(wire, statement, encoded[i] as EncodedParameter[]));
    (wire as unknown as { sync(): void }).sync();
    wire.stream.uncork();
    this.begin(0);
    return null;
  }

  handleRowDescription({ fields }: RowDescription): void {
    this.described = {
      columns: fields.map(({ name, dataTypeID }) => ({ name, parse: COLUMN_TYPES.getTypeParser(dataTypeID) })),
      blank: Object.fromEntries(fields.map(({ name }) => [name, null])),
    };
    this.shape = this.described;
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    if (this.fault) return;
    const { columns, blank } = this.shape;
    const row = { ...blank };
    try {
      for (let i = 0; i < columns.length; i++) {
        const text = fields[i] as string | null;
        if (text === null) continue;
        const { name, parse } = columns[i] as Column;
        row[name] = parse(text);
      }
    } catch (fault) {
      this.fault = fault as Error; // a value outside what this program can hold: the statement itself has run
    }
    this.rows.push(row);
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    const { statement } = this.passengers[this.answers.length] as Passenger;
    if (!this.prepared.has(statement.name)) this.prepared.set(statement.name, this.described ?? NO_ROWS);
    this.answers.push({ rows: this.rows, tag: text });
    this.begin(this.answers.length);
  }

  handleError(fault: Error): void {
    this.fault ??= fault;
    this.land();
  }

  handleReadyForQuery(): void {
    this.land();
  }

  private write(wire: WireConnection, statement: Statement<unknown>, values: EncodedParameter[]): void {
    const { name, text } = statement;
    const out = wire as unknown as Record<'parse' | 'close' | 'describe' | 'bind' | 'execute', (m: object) => void>;
    if (!this.prepared.has(name)) {
      out.close({ type: 'S', name }); // of an attempt whose flight failed; closing what is not there is no error
      out.parse({ name, text });
      out.describe({ type: 'S', name });
    }
    out.bind({ statement: name, values });
    out.execute({});
  }

  private begin(index: number): void {
    this.rows = [];
    this.described = undefined;
    this.shape = this.prepared.get(this.passengers[index]?.statement.name ?? '') ?? NO_ROWS;
  }

  private land(): void {
    if (this.over) return;
    this.over = true;
    const { fault, answers } = this;
    this.passengers.forEach(({ resolve, reject }, i) => {
      const answer = fault ? undefined : answers[i];
      if (answer) resolve(answer);
      else reject(fault ?? new Error('PostgreSQL left a statement unanswered'));
    });
    this.callback(fault ?? null);
  }
}
