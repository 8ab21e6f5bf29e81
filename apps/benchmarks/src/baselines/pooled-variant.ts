import { Pool } from 'pg';
import type { Variant } from '../measure/variant';

/** Connections worth trying; on few cores more only queue inside the database. */
const POOL_SIZES = [2, 4, 8, 16, 32];

/** A variant on a pool of plain pg connections. */
export abstract class PooledVariant implements Variant {
  abstract readonly name: string;
  readonly poolSizes: readonly number[] = POOL_SIZES;
  protected pool: Pool;

  constructor(private readonly url: string) {
    this.pool = this.newPool(POOL_SIZES[0] as number);
  }

  async usePool(size: number): Promise<void> {
    await this.pool.end();
    this.pool = this.newPool(size);
  }

  abstract operate(caller: number): Promise<unknown>;
  abstract verify(): Promise<void>;

  async close(): Promise<void> {
    await this.pool.end();
  }

  private newPool(max: number): Pool {
    const pool = new Pool({ connectionString: this.url, max, keepAlive: true });
    pool.on('error', () => undefined);
    return pool;
  }
}
