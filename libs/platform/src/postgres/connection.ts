import type { Socket } from 'node:net';
import { Client } from 'pg';
import { Flight, type Answer, type Passenger, type Prepared } from './flight';
import type { Statement } from './statement';

/** A connection that is not made in a second is not going to be made in time for a caller. */
const CONNECT_TIMEOUT_MS = 2_000;
/** Above the server's own statement limit: a half-open socket is given up here, never waited for. */
const ANSWER_TIMEOUT_MS = 8_000;

/**
 * These connections run a dozen statements, all of them look-ups by key. Planning each anew costs a batch of one a
 * quarter of its time; and a plan made while a table was empty reads the whole table until the next ANALYZE.
 */
const PLANS =
  ' -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off';

/**
 * Limits of a transaction, set per connection: a row is waited for 2 s at the most, a statement runs 5 s, a transaction
 * forgotten by a dead process ends after 10 s. Durability is not negotiable: synchronous_commit stays on unless the
 * server itself was told otherwise.
 */
const SESSION_OPTIONS =
  '-c lock_timeout=2000 -c statement_timeout=5000 -c idle_in_transaction_session_timeout=10000 -c timezone=UTC' + PLANS;

/**
 * One connection on which the statements that are sent in one turn of the event loop travel together, so a transaction
 * costs one or two round trips however many statements it has. A transaction of several flights has it to itself (LaneOrder).
 */
export class Connection {
  private lost = false;
  private boarding: Passenger[] = [];
  private readonly prepared: Prepared = new Map();

  private constructor(private readonly client: Client) {
    client.on('error', () => {
      this.lost = true;
    });
    client.on('end', () => {
      this.lost = true;
    });
  }

  static async open(url: string, applicationName: string): Promise<Connection> {
    const client = new Client({
      connectionString: url,
      application_name: applicationName,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      keepAlive: true,
      options: SESSION_OPTIONS,
    });
    const connection = new Connection(client);
    await client.connect();
    return connection;
  }

  get usable(): boolean {
    return !this.lost;
  }

  async send<Row>(statement: Statement<Row>, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.result(statement, values)).rows as Row[];
  }

  /** Rejects with the database's fault: its own, or that of a statement before it in the same turn. */
  result<Row>(statement: Statement<Row>, values: readonly unknown[] = []): Promise<Answer> {
    if (this.boarding.length === 0) process.nextTick(() => this.depart());
    return new Promise((resolve, reject) => {
      this.boarding.push({ statement, values, resolve, reject });
    });
  }

  /** Sends what has boarded now, not at the end of the turn: what boards next travels behind it. */
  depart(): void {
    if (this.boarding.length === 0) return;
    const flight = new Flight(this.boarding, this.prepared);
    this.boarding = [];
    this.client.query(flight);
  }

  /** Says goodbye to the server. For a connection that works. */
  async close(): Promise<void> {
    this.lost = true;
    await this.client.end().catch(() => undefined);
  }

  /** Gives up a connection that failed or hangs: nothing is sent and nothing waited for. */
  abandon(): void {
    this.lost = true;
    this.stream.destroy();
  }

  private get stream(): Socket {
    return (this.client as unknown as { readonly connection: { readonly stream: Socket } }).connection.stream;
  }
}
