import { Client } from 'pg';
import { freshDatabase, type FreshDatabase } from './database';

describe('a fresh database', () => {
  const databases: FreshDatabase[] = [];

  afterAll(() => Promise.all(databases.map((database) => database.drop())));

  it('has the whole schema and shares nothing with the next one', async () => {
    databases.push(await freshDatabase('Shares nothing!'), await freshDatabase('Shares nothing!'));
    const [one, other] = databases.map(({ url }) => url);
    const tables = `select table_name from information_schema.tables where table_schema = 'public' order by 1`;
    const schema = await rowsOf(one!, tables);
    expect(schema.length).toBeGreaterThan(1);
    await rowsOf(one!, 'create table mine ()');
    expect(await rowsOf(other!, tables)).toEqual(schema);
  });

  it('is gone after drop, whoever still sits on it', async () => {
    const { url, drop } = await freshDatabase();
    const sitting = new Client({ connectionString: url });
    sitting.on('error', () => undefined); // it will be cut off
    await sitting.connect();
    await drop();
    await drop(); // a repeat does nothing
    await expect(rowsOf(url, 'select 1')).rejects.toThrow('does not exist');
    await sitting.end();
  });
});

async function rowsOf(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
