import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@holdfast/platform';
import { Client } from 'pg';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { startTestEngine, type TestEngine } from '../support/engine';
import { keepEventfulBook } from '../support/eventful-book';

const COMMANDS = join(__dirname, '../../apps/billing-api/src/commands');
/** From the sources as they are now: dist may be older. */
const RUN_TYPESCRIPT = join(__dirname, '../support/run-typescript.cjs');
const COMMAND_TIMEOUT_MS = 60_000;
const ORG = '0198c0de-7a11-7000-8000-000000000000';

interface Run {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** With an environment of its own. */
function run(
  command: string,
  args: readonly string[],
  environment: Record<string, string> = {},
  cwd?: string,
): Promise<Run> {
  const child = spawn(process.execPath, ['-r', RUN_TYPESCRIPT, join(COMMANDS, `${command}.ts`), ...args], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: COMMAND_TIMEOUT_MS,
    cwd,
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output, errors }));
  });
}

const failuresIn = ({ output }: Run): string[] =>
  output
    .split('\n')
    .filter((line) => line.startsWith('  FAIL  '))
    .map((line) => line.slice('  FAIL  '.length));

describe('verify:billing-deployment', () => {
  const verify = (url: string, more: Record<string, string> = {}): Promise<Run> =>
    run('verify-billing-deployment', [], { DATABASE_URL: url, ...more });

  describe('on a server that keeps its promises', () => {
    let folder: string;
    let server: EmbeddedPostgres;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'holdfast-verify-'));
      server = await startEmbeddedPostgres({ directory: join(folder, 'pg') });
      await keepEventfulBook(server.url());
    });

    afterAll(async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it('finds everything right, and shows no password', async () => {
      const found = await verify(server.url());
      expect(failuresIn(found)).toEqual([]);
      expect(found).toMatchObject({ code: 0, errors: '' });
      for (const title of ['Settings', 'Server', 'Migrations', 'Schema', 'Append-only', 'Invariants']) {
        expect(found.output).toContain(`\n${title}\n  ok    `);
      }
      expect(found.output).toMatch(/ok: all \d+ checks passed\n$/);
      expect(found.output).not.toContain(decodeURIComponent(new URL(server.url()).password));
    });

    it('changes nothing', async () => {
      const count = async (): Promise<unknown> => {
        const { rows } = await sql(
          server.url(),
          `select (select json_agg(t order by id) from credit_transactions t) as journal,
             (select json_agg(w order by org_id) from wallets w) as wallets`,
        );
        return rows[0];
      };
      const before = await count();
      await verify(server.url());
      expect(await count()).toEqual(before);
    });

    it('judges the settings of production by production’s rules', async () => {
      const found = await verify(server.url(), { NODE_ENV: 'production' });
      expect(found.code).toBe(1);
      expect(failuresIn(found)).toEqual([expect.stringContaining('ADMIN_API_KEY, VAPI_WEBHOOK_SECRET: required')]);
    });
  });

  describe('on a deployment with faults', () => {
    let database: FreshDatabase;

    beforeEach(async () => {
      database = await freshDatabase('verify');
    });

    afterEach(() => database.drop());

    it('misses the walls that somebody took down, and does not use the gap itself', async () => {
      await sql(
        database.url,
        `insert into organizations (id, name, rate_card_id) values ('${ORG}', 'a', '${ORG}');
         insert into rate_cards values ('${ORG}', '${ORG}', 1, 560000, 60, 0, 0);
         insert into wallets (org_id, balance_pence, version) values ('${ORG}', 5, 1);
         insert into credit_transactions (id, org_id, seq, type, amount_pence, balance_before_pence, balance_after_pence,
           held_before_pence, held_after_pence, counter_account, created_by, created_at)
         values ('${ORG}', '${ORG}', 1, 'topup', 5, 0, 5, 0, 0, 'cash', 'test', now())`,
      );
      await sql(
        database.url,
        `drop trigger credit_transactions_are_append_only on credit_transactions;
         alter table rate_cards disable trigger rate_cards_are_immutable;
         drop index idx_credit_res_expires;
         drop index idx_credit_txn_idempotency;
         create index idx_credit_txn_idempotency on credit_transactions (org_id, idempotency_key);
         alter table credit_reservations drop constraint credit_res_call_unique;
         alter table wallets drop constraint available_credit_is_never_below_the_limit;
         alter table wallets add constraint available_credit_is_never_below_the_limit
           check (balance_pence - held_pence >= -debt_limit_pence) not valid;
         alter database ${new URL(database.url).pathname.slice(1)} set synchronous_commit = off`,
      );
      const found = await verify(database.url);
      expect(found.code).toBe(1);
      expect(found.output).toMatch(/FAIL: \d+ of \d+ checks failed\n$/);
      // the tests' own server is a fast one, not a durable one
      const failures = failuresIn(found).filter((line) => !/^(fsync|full_page_writes) is on: /.test(line));
      expect(failures).toEqual([
        'synchronous_commit is off: acknowledged charges are lost when the server dies',
        'unique index idx_credit_txn_idempotency: not unique',
        'index idx_credit_res_expires: missing, or not valid',
        'constraint credit_res_call_unique: missing, or not enforced',
        'constraint available_credit_is_never_below_the_limit: missing, or not enforced',
        ...['UPDATE', 'DELETE', 'TRUNCATE'].flatMap((verb) => [
          expect.stringContaining(`credit_transactions refuses ${verb}`),
        ]),
        ...['UPDATE', 'DELETE', 'TRUNCATE'].flatMap((verb) => [expect.stringContaining(`rate_cards refuses ${verb}`)]),
      ]);
      const { rows } = await sql(database.url, 'select (select count(*) from credit_transactions) as left');
      expect(rows).toEqual([{ left: '1' }]);
    });

    it('misses tables, columns and migrations', async () => {
      await sql(
        database.url,
        `alter table webhook_delivery_log rename to webhook_log;
         alter table credit_reservations rename released_pence to given_back;
         delete from migrations where id = (select max(id) from migrations)`,
      );
      const found = await verify(database.url);
      expect(found.code).toBe(1);
      expect(failuresIn(found)).toEqual(
        expect.arrayContaining([
          expect.stringContaining('all migrations of this build have run: missing: '),
          'table webhook_delivery_log: missing',
          'column credit_reservations.released_pence: missing',
          expect.stringContaining('can be looked at: '),
        ]),
      );
    });

    it('sees a book that does not add up', async () => {
      const { orgId } = await keepEventfulBook(database.url);
      await sql(database.url, 'update wallets set balance_pence = balance_pence + 1');
      const found = await verify(database.url);
      expect(found.code).toBe(1);
      expect(failuresIn(found)).toContainEqual(
        expect.stringMatching(new RegExp(`^balance is the sum of its transactions: 2 violations, such as .*${orgId}`)),
      );
    });
  });

  it('says so when nobody answers', async () => {
    const found = await verify('postgres://nobody:secret@127.0.0.1:9/none');
    expect(found.code).toBe(1);
    expect(failuresIn(found)).toEqual([expect.stringContaining('ECONNREFUSED')]);
  });

  it('wants to be called rightly', async () => {
    expect(await run('verify-billing-deployment', [])).toMatchObject({
      code: 2,
      errors: expect.stringContaining('usage:'),
    });
    const { code } = await run('verify-billing-deployment', ['now'], { DATABASE_URL: 'postgres://127.0.0.1/x' });
    expect(code).toBe(2);
    expect(await run('verify-billing-deployment', ['--help'])).toMatchObject({
      code: 0,
      output: expect.stringContaining('usage:'),
    });
  });
});

describe('load-test:billing', () => {
  let engine: TestEngine;

  beforeAll(async () => {
    engine = await startTestEngine();
  });

  afterAll(() => engine.stop());

  it('sees exactly as many succeed as there was money for', async () => {
    const found = await run('load-test-billing', [engine.url, engine.adminKey]);
    expect(failuresIn(found)).toEqual([]);
    expect(found).toMatchObject({ code: 0, errors: '' });
    for (const line of [
      'exactly 1 purchase succeeded',
      'exactly 99 purchases refused as insufficient_balance',
      'exactly 1 reservation made',
      'exactly 49 repeats answered with a reservation',
      'exactly 90 refused as insufficient_balance',
      'every invariant holds',
    ]) {
      expect(found.output).toContain(`  ok    ${line}`);
    }
    expect(found.output).toMatch(/ok {4}exactly 10 succeeded \(\d+ purchases, \d+ reservations\)/);
    const { rows } = await sql(
      engine.settings.databaseUrl,
      `select count(*) from credit_reservations where status = 'active'`,
    );
    expect(rows).toEqual([{ count: '0' }]);
  });

  it('finds the development engine’s key in the data folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-key-'));
    writeFileSync(join(folder, 'admin-api-key.txt'), `${engine.adminKey}\n`);
    const found = await run('load-test-billing', [engine.url], { HOLDFAST_DATA: folder }).finally(() =>
      rmSync(folder, { recursive: true }),
    );
    expect(found.code).toBe(0);
  });

  it('fails on an engine that lets two buy what there was money for once', async () => {
    const lying = await startLyingEngine();
    const found = await run('load-test-billing', [`http://127.0.0.1:${(lying.address() as AddressInfo).port}`, 'key']);
    lying.close();
    lying.closeAllConnections();
    expect(found.code).toBe(1);
    expect(failuresIn(found)).toEqual(
      expect.arrayContaining([
        '2 purchase succeeded, expected exactly 1',
        '98 purchases refused as insufficient_balance, expected exactly 99',
        expect.stringContaining('reservation id given, expected exactly 1'),
        'balance_is_the_sum_of_its_transactions',
      ]),
    );
  });

  it('says so when nobody answers, and wants to be called rightly', async () => {
    const nobody = await run('load-test-billing', ['http://127.0.0.1:9', 'key']);
    expect(nobody).toMatchObject({ code: 1, errors: expect.stringContaining('no answer') });
    expect((await run('load-test-billing', [engine.url, 'wrong-key'])).code).toBe(1);
    expect((await run('load-test-billing', ['127.0.0.1:3000', 'key'])).code).toBe(2);
    expect((await run('load-test-billing', [engine.url, 'key', 'more'])).code).toBe(2);
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-no-key-'));
    const keyless = await run('load-test-billing', [engine.url], {}, folder).finally(() =>
      rmSync(folder, { recursive: true }),
    );
    expect(keyless).toMatchObject({ code: 2, errors: expect.stringContaining('No operator key') });
  });
});

/** Answers everything with yes until two have bought, and each reservation of one call with another id. */
async function startLyingEngine(): Promise<Server> {
  let purchases = 0;
  let reservations = 0;
  const server = createServer((request, response) => {
    request.resume();
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (request.url === '/api/billing/deduct-asset') {
      purchases += 1;
      return purchases <= 2 ? answer(201, {}) : answer(402, { code: 'insufficient_balance' });
    }
    if (request.url === '/api/billing/reserve-credits') return answer(200, { reservationId: (reservations += 1) });
    if (request.url === '/api/billing/wallet') return answer(200, { balancePence: 0, heldPence: 0 });
    if (request.url === '/api/admin/reconciliation') {
      return answer(200, { ok: false, checks: [{ name: 'balance_is_the_sum_of_its_transactions', ok: false }] });
    }
    return answer(200, {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function sql(url: string, statement: string): Promise<{ rows: unknown[] }> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(statement);
  } finally {
    await client.end();
  }
}
