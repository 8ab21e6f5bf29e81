import type { ElementType } from './binary-array';

/** One SQL statement, prepared once per connection under its name. The row type stands beside it. */
export interface Statement<Row> {
  readonly name: string;
  readonly text: string;
  /** By parameter, for those that are arrays of a type that travels in binary. */
  readonly arrays: readonly (ElementType | undefined)[];
  /** Never set: carries the row type. */
  readonly row?: Row;
}

export function statement<Row>(name: string, text: string): Statement<Row> {
  return { name, text, arrays: arraysIn(text) };
}

const ARRAY_PARAMETER = /\$(\d+)::(uuid|bigint|integer|text|boolean|double precision|timestamptz|json)\[\]/g;

/** Every parameter of our statements is cast where it stands: what is cast to an array is sent as one. */
function arraysIn(text: string): (ElementType | undefined)[] {
  const arrays: (ElementType | undefined)[] = [];
  for (const [, number, type] of text.matchAll(ARRAY_PARAMETER)) arrays[Number(number) - 1] = type as ElementType;
  return arrays;
}

/**
 * Wraps an update or insert so that the transaction fails (22012, division by zero) unless exactly as many rows changed
 * as expected: the optimistic second wall behind the row locks. The expected count is the statement's first parameter.
 */
export function guarded(name: string, change: string): Statement<never> {
  const text = `with changed as (${change} returning 1) select 1 / (count(*) = $1::bigint)::int from changed`;
  return statement<never>(name, text);
}

/**
 * A look-up of rows by the values of what stands before it in FROM, never the other way round: PostgreSQL must not
 * reorder it. A plan lives as long as its connection or until the next ANALYZE; made while a table was small it would
 * read all of the table for each batch, and tables grow faster than statistics (measured: 25 000 charges a second fell
 * to 1 000 within seconds of a first start).
 *
 * For updates, see `lookedUp`.
 */
export function keyed(table: string, alias: string, condition: string, columns = `${alias}.*`): string {
  return `lateral (select ${columns} from ${table} ${alias} where ${condition} offset 0) ${alias}`;
}

/**
 * Rows of which each column is an array, all of the same length. Zipped in a select list: `unnest` with several arguments
 * puts every column through a tuplestore of its own.
 * @param arrays parameters with their casts: `$1::uuid[], $2::bigint[]`
 */
export function rowsOf(arrays: string): string {
  return `select ${each(arrays)
    .map((array) => `unnest(${array})`)
    .join(', ')}`;
}

/** The same for FROM, with a name for each column: `org_id, amount_pence`. */
export function namedRowsOf(arrays: string, alias: string, names: string): string {
  const columns = each(names);
  const list = each(arrays).map((array, i) => `unnest(${array}) as ${columns[i]}`);
  return `(select ${list.join(', ')}) ${alias}`;
}

function each(list: string): string[] {
  return list.split(',').map((item) => item.trim());
}

/**
 * `column = value`, for an update of rows that are named by what stands before them in FROM. In two halves, because an equality
 * may also be joined the other way round: all of the table in the order of its index, and for each row the whole list. Two
 * halves can only be looked up. (See `keyed` for why a plan must not be turned round.)
 */
export function lookedUp(column: string, value: string): string {
  return `${column} >= ${value} and ${column} <= ${value}`;
}
