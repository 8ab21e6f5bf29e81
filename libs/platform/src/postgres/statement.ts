/** One SQL statement, prepared once per connection under its name. The row type stands beside it. */
export interface Statement<Row> {
  readonly name: string;
  readonly text: string;
  /** Never set: carries the row type. */
  readonly row?: Row;
}

export function statement<Row>(name: string, text: string): Statement<Row> {
  return { name, text };
}

/**
 * Wraps an update or insert so that the transaction fails (22012, division by zero) unless exactly as many rows changed
 * as expected: the optimistic second wall behind the row locks. The expected count is the statement's first parameter.
 */
export function guarded(name: string, change: string): Statement<never> {
  return { name, text: `with changed as (${change} returning 1) select 1 / (count(*) = $1::bigint)::int from changed` };
}

/**
 * A look-up of rows by the values of what stands before it in FROM, never the other way round: PostgreSQL must not
 * reorder it. A plan lives as long as its connection or until the next ANALYZE; made while a table was small it would
 * read all of the table for each batch, and tables grow faster than statistics (measured: 25 000 charges a second fell
 * to 1 000 within seconds of a first start).
 *
 * An update finds its rows this way by `ctid`: only where they are locked already (a wallet's lock stands over all that is
 * its), else a row that somebody else has just changed would be passed over.
 */
export function keyed(table: string, alias: string, condition: string, columns = `${alias}.*`): string {
  return `lateral (select ${columns} from ${table} ${alias} where ${condition} offset 0) ${alias}`;
}
