import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshDatabase, type FreshDatabase } from '../../../test/support/database';
import { testSettings } from '../../../test/support/engine';
import { HttpClient } from '../../../test/support/http-client';
import { PostgresProxy } from '../../../test/support/postgres-proxy';
import { startEngine } from './start-engine';

let folder: string;
let database: FreshDatabase;
let proxy: PostgresProxy;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-start-'));
  database = await freshDatabase('waits');
  proxy = await PostgresProxy.before(database.url);
});

afterAll(async () => {
  await proxy.stop();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

it('an engine that starts before its database waits for it, says so once, and serves', async () => {
  proxy.goAway();
  let said = 0;
  let away = (): void => undefined;
  const noticed = new Promise<void>((resolve) => (away = resolve));
  const starting = startEngine(testSettings(proxy.url, folder), () => {
    said += 1;
    away();
  });
  await noticed;
  proxy.comeBack();
  const engine = await starting;
  expect((await new HttpClient(engine.url, {}).get('health/ready')).status).toBe(200);
  expect(said).toBe(1);
  await engine.stop();
}, 60_000);

it('one whose database does not exist says so at once', async () => {
  const waiting = jest.fn();
  const url = Object.assign(new URL(database.url), { pathname: '/no_such_database' }).href;
  await expect(startEngine(testSettings(url, folder), waiting)).rejects.toMatchObject({ code: '3D000' });
  expect(waiting).not.toHaveBeenCalled();
});
