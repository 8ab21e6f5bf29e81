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
