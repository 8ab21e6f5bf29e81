import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { freshDatabase } from '../../../test/support/database';

const SUPPORT = join(__dirname, '../../../test/support');
/** main itself, of the sources as they are now. */
const MAIN = join(SUPPORT, 'engine-from-sources.cjs');

/** With these a start leaves nothing in the folder, and goes no further than to a database that nobody runs. */
const NOTHING_TO_KEEP = {
  ADMIN_API_KEY: 'key',
  VAPI_WEBHOOK_SECRET: 'secret',
  DATABASE_URL: 'postgres://127.0.0.1:1/db',
};

interface Said {
  status: number | null;
  stdout: string;
  stderr: string;
}

function run(args: readonly string[], environment: Record<string, string> = {}): Said {
  const env = { PATH: process.env.PATH, ...NOTHING_TO_KEEP, ...environment };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8', timeout: 30_000 });
  return { status, stdout, stderr };
}

it('a start that fails says one line, and no stack', async () => {
  const database = await freshDatabase('one_line');
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  expect(run([MAIN], { DATABASE_URL: database.url, PORT: String(port) })).toEqual({
    status: 1,
    stdout: '',
    stderr: 'Holdfast did not start. PORT: another program listens there already; choose another with PORT=…\n',
  });
  other.close();
  await database.drop();
}, 60_000);

it.each([
  ['ExceptionHandler', false], // of the start: Ctrl-C takes the database away under it
  ['NestApplication', false],
  ['TypeOrmModule', false],
  ['ExceptionsHandler', true], // of requests
])('a fault that %s reports is in the log: %s', (context, isInTheLog) => {
  const program = `const { EngineLogger } = require('${join(__dirname, 'engine-logger.ts')}');
    new EngineLogger(process.env.LEVEL).error(new Error('connection lost'), '${context}');`;
  const logged = (LEVEL: string): string =>
    run(['-r', join(SUPPORT, 'run-typescript.cjs'), '-e', program], { LEVEL }).stdout;
  expect(logged('info').includes('connection lost')).toBe(isInTheLog);
  expect(logged('debug')).toContain('connection lost');
});

it.each([['--port=4000'], ['4000'], ['--foo']])(
  'npm start -- %s is refused: settings are environment variables',
  (arg) => {
    const { status, stdout, stderr } = run([MAIN, arg]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^Unknown argument: ${arg}\n\nusage: npm start\n`));
  },
);

it('npm start -- --help says so too', () => {
  const { status, stdout } = run([MAIN, '--help']);
  expect(status).toBe(0);
  expect(stdout).toContain('PORT=4000 npm start');
});
