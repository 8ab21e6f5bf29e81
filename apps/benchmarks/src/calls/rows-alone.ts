import { Client } from 'pg';
import type { Variant } from '../measure/variant';
import { CALL_PENCE, type CallWorld } from './call-world';

/** As many as the engine writes at most in one transaction. */
const BATCH = 128;
/** Plans that do not depend on statistics, as for the engine. */
const SETTINGS =
  '-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off -c plan_cache_mode=force_generic_plan';

/** What PostgreSQL needs for the rows of a hot wallet's calls, written in bulk by one connection: the most an engine could reach. */
export class RowsAlone implements Variant {
  readonly name = 'the rows alone';
  private readonly connection: Client;
  private readonly connected: Promise<unknown>;
  private waiting: ((fault?: unknown) => void)[] = [];
  private writing = false;

  constructor(private readonly world: CallWorld) {
    this.connection = new Client({ connectionString: world.url, options: SETTINGS });
    this.connected = this.connection.connect();
  }

  /** One call of those that are written together. */
  operate(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push((fault) => (fault === undefined ? resolve() : reject(fault as Error)));
      if (!this.writing) void this.write();
    });
  }

  verify(): Promise<void> {
    return this.world.baselineSums.verify(this.world.admin);
  }

  async close(): Promise<void> {
    await this.connection.end();
  }

  private async write(): Promise<void> {
    this.writing = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, BATCH);
      const fault = await this.writeCalls(batch.length).catch((error: unknown) => error);
      for (const done of batch) done(fault);
    }
    this.writing = false;
  }

  private async writeCalls(calls: number): Promise<undefined> {
    await this.connected;
    const text = 'select same_books.write_calls($1::uuid, $2::integer)';
    await this.connection.query({ name: 'write_calls', text, values: [this.world.nextWallet(), calls] });
    this.world.baselineSums.charged(calls * CALL_PENCE);
  }
}
