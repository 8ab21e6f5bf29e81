import fc from 'fast-check';
import { freshDatabase, type FreshDatabase } from '../../../../test/support/database';
import { encodeBinaryArray, type ElementType } from './binary-array';
import { Connection } from './connection';
import { statement } from './statement';

let database: FreshDatabase;
let connection: Connection;

beforeAll(async () => {
  database = await freshDatabase();
  connection = await Connection.open(database.url, 'test');
});

afterAll(async () => {
  await connection.close();
  await database.drop();
});

/** What PostgreSQL understood, in its own words: one text for each element. */
async function understood(type: ElementType, elements: readonly unknown[]): Promise<(string | null)[]> {
  const name = `understood_${type.replace(' ', '_')}`;
  const echo = statement<{ value: string | null }>(
    name,
    `select v::text as value from unnest($1::${type}[]) with ordinality as t (v, at) order by at`,
  );
  return (await connection.send(echo, [elements])).map((row) => row.value);
}

describe('an array in binary says the same as its text', () => {
  it.each<[ElementType, unknown[], (string | null)[]]>([
    [
      'uuid',
      ['019a0a07-0a20-764f-b795-cf1cb35e5f49', 'FFFFFFFF-0000-4000-8000-ABCDEFabcdef', null],
      ['019a0a07-0a20-764f-b795-cf1cb35e5f49', 'ffffffff-0000-4000-8000-abcdefabcdef', null],
    ],
    [
      'bigint',
      [0, 1, -1, 4_294_967_295, 4_294_967_296, -4_294_967_297, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
      ['0', '1', '-1', '4294967295', '4294967296', '-4294967297', '9007199254740991', '-9007199254740991'],
    ],
    ['integer', [0, -1, 2_147_483_647, -2_147_483_647, undefined], ['0', '-1', '2147483647', '-2147483647', null]],
    ['text', ['', 'NULL', '{"a"}', "o'brien", 'é😀', '\\', '\n'], ['', 'NULL', '{"a"}', "o'brien", 'é😀', '\\', '\n']],
    ['boolean', [true, false, null], ['true', 'false', null]],
    ['double precision', [0, -0.5, 187.412, 1e300, Infinity], ['0', '-0.5', '187.412', '1e+300', 'Infinity']],
    [
      'timestamptz',
      ['2026-11-26T03:04:05.678Z', '1999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'].map((at) => new Date(at)),
      ['2026-11-26 03:04:05.678+00', '1999-12-31 23:59:59.999+00', '9999-12-31 23:59:59.999+00'],
    ],
    ['json', ['{"a": [1, null]}', 'null', null], ['{"a": [1, null]}', 'null', null]],
    ['text', [], []],
  ])('%s', async (type, elements, texts) => {
    expect(await understood(type, elements)).toEqual(texts);
  });

  it('whatever text, amount and moment it is', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 300 }).filter((t) => !t.includes('\0'));
    const row = fc.tuple(text, fc.maxSafeInteger(), fc.date({ min: new Date(0), max: new Date('9999-12-31') }));
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 200 }), async (rows) => {
        const valid = rows.filter(([, , at]) => !Number.isNaN(at.getTime()));
        expect(
          await understood(
            'text',
            valid.map(([t]) => t),
          ),
        ).toEqual(valid.map(([t]) => t));
        expect(
          await understood(
            'bigint',
            valid.map(([, n]) => n),
          ),
        ).toEqual(valid.map(([, n]) => String(n)));
        const read = statement<{ at: Date }>(
          'moments',
          'select at from unnest($1::timestamptz[]) with ordinality as t (at, i) order by i',
        );
        expect((await connection.send(read, [valid.map(([, , at]) => at)])).map((r) => r.at)).toEqual(
          valid.map(([, , at]) => at),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('larger than what it is first written into', async () => {
    const long = 'é'.repeat(3_000_000);
    expect(await understood('text', [long, 'short'])).toEqual([long, 'short']);
    expect(await understood('text', ['short again'])).toEqual(['short again']);
  });
});

describe('what an element type cannot hold is refused', () => {
  it.each<[ElementType, unknown]>([
    ['uuid', 'no'],
    ['uuid', '019a0a070a20764fb795cf1cb35e5f49'],
    ['uuid', '019a0a07-0a20-764f-b795-cf1cb35e5fzz'],
    ['bigint', 1.5],
    ['bigint', 2 ** 53],
    ['bigint', '1'],
    ['integer', 2 ** 31],
    ['integer', Number.NaN],
    ['text', 1],
    ['text', ['nested']],
    ['json', { a: 1 }],
    ['boolean', 'true'],
    ['double precision', '1'],
    ['timestamptz', '2026-11-26T03:04:05.678Z'],
    ['timestamptz', new Date(Number.NaN)],
  ])('%s: %p', (type, element) => {
    expect(() => encodeBinaryArray([null, element], type)).toThrow(`cannot be an element of ${type}[]`);
  });
});
