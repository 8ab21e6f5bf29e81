export * from './auth/access.decorators';
export { ApiKeys } from './auth/api-keys';
export { credentialsOf } from './auth/auth.guard';
export { nameOf, type Caller } from './auth/caller';
export { RateLimit } from './auth/rate-limit';
export { Batcher, type Outcome } from './batching/batcher';
export { BulkReader } from './batching/bulk-reader';
export { BulkWriter } from './batching/bulk-writer';
export type { BatchMetrics } from './batching/batch-metrics';
export * from './embedded-postgres';
export * from './http/api-docs';
export * from './http/class-rules';
export * from './http/fields';
export * from './http/idempotency-key';
export * from './http/org-id.pipe';
export * from './http/page-cursor';
export { ProblemFilter, sendProblem } from './http/problem.filter';
export { STATUS_OF } from './http/problem-status';
export * from './http/readable-body';
export * from './http/refused.error';
export * from './http/validation.pipes';
export { Metrics } from './observability/metrics';
export { PlatformModule } from './platform.module';
export { COLUMN_TYPES } from './postgres/column-types';
export { Connection } from './postgres/connection';
export * from './postgres/database-fault';
export { dataSourceOptions } from './postgres/data-source.options';
export { EngineClock } from './postgres/engine-clock';
export {
  DatabaseTooNewError,
  migrate,
  OLDEST_POSTGRES,
  pendingMigrations,
  PostgresTooOldError,
  refuseOldPostgres,
  unknownMigrations,
} from './postgres/migrate';
export { START_PATIENCE_MS, whenDatabaseIsThere } from './postgres/when-database-is-there';
export { guarded, keyed, lookedUp, statement, type Statement, namedRowsOf, rowsOf } from './postgres/statement';
export { Settings, type VapiSettings } from './settings/settings';
export { BoundedMemory } from './unit-of-work/bounded-memory';
export type { Command } from './unit-of-work/command';
export type { DecisionMetrics } from './unit-of-work/decision-metrics';
export { Desk, Shelf, want, type ShelfMemory, type ShelfStore, type Want } from './unit-of-work/shelf';
export { LANES, MAX_BATCH, MAX_QUEUE, UnitOfWork, type UnitOfWorkOptions } from './unit-of-work/unit-of-work';
