import type { DataSourceOptions } from 'typeorm';
import { COLUMN_TYPES } from './column-types';

/** Connections for reading and for plain records; about four per database core serves best (docs/performance.md). */
const POOL_SIZE = 8;
/** Longer than a caller waits is too long: 503 instead. */
const POOL_WAIT_MS = 2_000;
/** A half-open connection is given up after this; just above the server's own limit of a statement. */
const ANSWER_TIMEOUT_MS = 5_500;

/** One description of the database for the engine, its commands and its tests. */
export function dataSourceOptions(url: string): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    applicationName: 'holdfast',
    synchronize: false,
    logging: false,
    poolErrorHandler: () => undefined, // an idle connection died with its server; the pool opens another
    extra: {
      max: POOL_SIZE,
      connectionTimeoutMillis: POOL_WAIT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      keepAlive: true,
      pipeline: true, // only then does the driver give up a connection whose answer never comes; else the pool keeps it for ever
      types: COLUMN_TYPES,
      options:
        '-c lock_timeout=2000 -c statement_timeout=5000 -c idle_in_transaction_session_timeout=10000 -c timezone=UTC',
    },
  };
}
