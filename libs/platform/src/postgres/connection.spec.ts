import { freshDatabase, type FreshDatabase } from '../../../../test/support/database';
import { Connection } from './connection';
import { statement } from './statement';

const ECHO_TEXTS = statement<{ texts: (string | null)[] }>('echo_texts', 'select $1::text[] as texts');
const ECHO = statement<Record<string, unknown>>(
  'echo',
  'select $1::text as t, $2::bigint as n, $3::boolean as b, $4::timestamptz as at, $5::int[] as list, $6::text as nothing',
);
const ONE = statement<{ one: number }>('one', 'select 1 as one');
const DIVIDE = statement<{ q: number }>('divide', 'select 6 / $1::int as q');
const BEGIN = statement<never>('begin', 'begin');
const COMMIT = statement<never>('commit', 'commit');
const ROLLBACK = statement<never>('rollback', 'rollback');
const NOTE = statement<never>('note', 'insert into notes values ($1::int)');
const NOTES = statement<{ n: number }>('notes', 'select n from notes order by n');
const MISTAKE = statement<never>('mistake', 'selekt');

let database: FreshDatabase;
let connection: Connection;

beforeAll(async () => {
  database = await freshDatabase();
  connection = await Connection.open(database.url, 'test');
  await connection.send(statement('make', 'create table notes (n int primary key)'));
});

afterAll(async () => {
  await connection.close();
  await database.drop();
});

const codes = async (sent: Promise<unknown>[]): Promise<unknown[]> =>
  (await Promise.allSettled(sent)).map((each) =>
    each.status === 'fulfilled' ? 'answered' : (each.reason as { code?: string }).code,
  );

describe('what is sent arrives', () => {
  it('keeps every text of an array as it is', async () => {
    const texts = [
      '',
      'NULL',
      'null',
      '{}',
      'a,b',
      '"',
      '\\',
      '\\"',
      '  spaces ',
      "o'brien",
      'é😀',
      '\n\t',
      '{"a":[1]}',
      null,
    ];
    for (let repeat = 0; repeat < 2; repeat++) expect(await connection.send(ECHO_TEXTS, [texts])).toEqual([{ texts }]);
    expect(await connection.send(ECHO_TEXTS, [[]])).toEqual([{ texts: [] }]);
  });

  it('keeps scalars, and reads columns by their type with every use of the statement', async () => {
    const at = new Date('2026-02-03T04:05:06.789Z');
    const sent = ['it', Number.MAX_SAFE_INTEGER, false, at, [1, -2], null];
    const read = { t: 'it', n: Number.MAX_SAFE_INTEGER, b: false, at, list: [1, -2], nothing: null };
    for (let repeat = 0; repeat < 2; repeat++) expect(await connection.send(ECHO, sent)).toEqual([read]);
  });

  it.each([[{}], [[['nested']]], [Symbol('no')], [12n]])('refuses what has no format: %p', async (value) => {
    await expect(connection.send(ECHO_TEXTS, [value])).rejects.toThrow('cannot be');
    expect(await connection.send(ONE)).toEqual([{ one: 1 }]);
  });

  it('refuses a whole number that JavaScript would round', async () => {
    const big = statement<{ n: number }>('big', 'select 9007199254740993 as n');
    await expect(connection.send(big)).rejects.toThrow('outside');
    expect(await connection.send(ONE)).toEqual([{ one: 1 }]);
  });
});

describe('statements of one turn', () => {
  it('answer each its own, also the same statement twice and one that was never prepared', async () => {
    const other = statement<{ two: number }>('other', 'select 2 as two where $1::boolean');
    const sent = [
      connection.send(DIVIDE, [2]),
      connection.send(DIVIDE, [3]),
      connection.send(other, [true]),
      connection.send(other, [false]),
    ];
    expect(await Promise.all(sent)).toEqual([[{ q: 3 }], [{ q: 2 }], [{ two: 2 }], []]);
  });

  it('after one that fails are skipped and fail with the same, a COMMIT among them', async () => {
    await connection.send(BEGIN);
    const sent = [
      connection.send(NOTE, [1]),
      connection.send(DIVIDE, [0]),
      connection.send(NOTE, [2]),
      connection.send(COMMIT),
    ];
    expect((await codes(sent)).slice(1)).toEqual(['22012', '22012', '22012']);
    await connection.send(ROLLBACK);
    expect(await connection.send(NOTES)).toEqual([]);
  });

  it('do without any of them when none can be sent', async () => {
    await connection.send(BEGIN);
    expect(
      await codes([connection.send(NOTE, [1]), connection.send(NOTE, [{}]), connection.send(COMMIT)]),
    ).toHaveLength(3);
    await connection.send(ROLLBACK);
    expect(await connection.send(NOTES)).toEqual([]);
  });

  it('that failed are prepared anew, wherever the failure was', async () => {
    const late = statement<{ late: number }>('late', 'select 3 as late');
    expect(await codes([connection.send(MISTAKE), connection.send(late)])).toEqual(['42601', '42601']);
    const bound = statement<{ v: number }>('bound', 'select $1::int as v');
    expect(await codes([connection.send(bound, ['text'])])).toEqual(['22P02']); // parsed, then refused
    expect(await Promise.all([connection.send(late), connection.send(bound, [4])])).toEqual([
      [{ late: 3 }],
      [{ v: 4 }],
    ]);
  });

  it('tell what was done', async () => {
    expect(await connection.result(NOTE, [7])).toEqual({ rows: [], tag: 'INSERT 0 1' });
    const [begun, ended] = [connection.result(BEGIN), connection.result(COMMIT)];
    expect([(await begun).tag, (await ended).tag]).toEqual(['BEGIN', 'COMMIT']);
  });
});

it('a connection that was given up answers everything with a fault', async () => {
  const doomed = await Connection.open(database.url, 'doomed');
  const pending = doomed.send(statement('nap', 'select pg_sleep(5)'));
  setImmediate(() => doomed.abandon());
  await expect(pending).rejects.toThrow(/terminated|ended/i);
  await expect(doomed.send(ONE)).rejects.toThrow(/not queryable|closed/i);
  expect(doomed.usable).toBe(false);
});
