import { execFileSync } from 'node:child_process';
import type { Settings } from '@holdfast/platform';
import { readSettings, SettingsError } from './read-settings';

const read = (environment: NodeJS.ProcessEnv): Promise<Settings> =>
  readSettings(environment, {
    databaseUrl: () => Promise.resolve('postgres://made/up'),
    secret: (name) => `made-up-${name}`,
    folder: '.',
  });

/** In a process of its own: Sentry leaves globals behind, which the runner would trip over in later files. */
function takenBySentry(dsns: readonly string[]): boolean[] {
  const ask = `const { init } = require('@sentry/node');
    const taken = (dsn) => init({ dsn, defaultIntegrations: false })?.getDsn() !== undefined;
    console.log(JSON.stringify(JSON.parse(process.argv[1]).map(taken)));`;
  const told = execFileSync(process.execPath, ['-e', ask, JSON.stringify(dsns)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(told.toString()) as boolean[];
}

async function problemOf(environment: NodeJS.ProcessEnv): Promise<string> {
  const fault: unknown = await read(environment).catch((thrown: unknown) => thrown);
  if (!(fault instanceof SettingsError)) throw new Error(`started with ${JSON.stringify(environment)}`);
  return fault.message;
}

const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://user:password@db.test:5432/holdfast',
  ADMIN_API_KEY: 'operator-key-0123456789',
  VAPI_WEBHOOK_SECRET: 'webhook-secret',
};

describe('a value', () => {
  it('is trimmed', async () => {
    const settings = await read({ PORT: ' 4000\n', ADMIN_API_KEY: ' key ', LOG_LEVEL: '\twarn', HOST: ' 0.0.0.0 ' });
    expect(settings).toMatchObject({ port: 4_000, adminApiKey: 'key', logLevel: 'warn', host: '0.0.0.0' });
    expect((await read({ ...PRODUCTION, NODE_ENV: ' production ' })).production).toBe(true);
  });

  it.each(['', ' ', '\t\n'])('that is blank (%p) counts as unset', async (blank) => {
    const names = [
      'PORT',
      'HOST',
      'NODE_ENV',
      'DATABASE_URL',
      'ADMIN_API_KEY',
      'VAPI_BASE_URL',
      'SENTRY_DSN',
      'TIME_SCALE',
    ];
    const settings = await read(Object.fromEntries(names.map((name) => [name, blank])));
    expect(settings).toEqual(await read({}));
  });
});

describe('a message says the setting, what it may be, and what it was', () => {
  it.each([
    ['PORT', 'nonsense', 'must be a whole number from 0 to 65535'],
    ['PORT', '70000', 'must be a whole number from 0 to 65535'],
    ['PORT', '3000.5', 'must be a whole number from 0 to 65535'],
    ['RESERVATION_TTL_SECONDS', '0', 'must be a number of seconds above 0, up to 86400'],
    ['CALL_SLICE_SECONDS', '5m', 'must be a number of seconds above 0, up to 43200'],
    ['DEFAULT_PENCE_PER_MINUTE', 'abc', 'must be a number from 0 to 1000000 with at most 4 decimals'],
    ['DEFAULT_PENCE_PER_MINUTE', '0.00001', 'must be a number from 0 to 1000000 with at most 4 decimals'],
    ['TIME_SCALE', '0', 'must be a number from 1 to 1000'],
    ['LOG_LEVEL', 'INFO', 'must be one of fatal, error, warn, info, debug, trace, silent'],
    ['TELEPHONY_PROVIDER', 'vonage', 'must be one of sandbox, vapi, twilio'],
    ['VAPI_HMAC_ALGORITHM', 'md5', 'must be one of sha256, sha512, sha1'],
    ['NODE_ENV', 'prod', 'must be production, exactly, or another name'],
  ])('%s=%s', async (name, value, mayBe) => {
    expect(await problemOf({ [name]: value })).toBe(`${name}: ${mayBe}, not "${value}"`);
  });

  it('in one line, whatever was said, and no more of that than is needed to know it again', async () => {
    expect(await problemOf({ PORT: '30\n00' })).toMatch(/, not "30\\n00"$/);
    expect((await problemOf({ LOG_LEVEL: 'x'.repeat(10_000) })).length).toBeLessThan(200);
  });

  it.each([
    'ADMIN_API_KEY',
    'VAPI_WEBHOOK_SECRET',
    'VAPI_HMAC_SECRET',
    'VAPI_API_KEY',
    'TWILIO_AUTH_TOKEN',
    'DATABASE_URL',
    'SENTRY_DSN',
    'VAPI_BASE_URL',
    'TWILIO_BASE_URL',
    'PUBLIC_URL',
  ])('but %s may be a secret, or have one in it, and is not said', async (name) => {
    for (const value of ['tell no body', 'ftp://u:tell#no body@h/x', `tell${'y'.repeat(2_000)}ü`]) {
      const problem = await problemOf({ [name]: value });
      expect(problem).toMatch(new RegExp(`^${name}: must `));
      expect(problem).not.toContain('tell');
    }
  });

  it('and names the credentials that a provider lacks, no others', async () => {
    const problem = await problemOf({ TELEPHONY_PROVIDER: 'twilio', VAPI_API_KEY: 'k', TWILIO_ACCOUNT_SID: 's' });
    expect(problem).toBe('TWILIO_AUTH_TOKEN: required when TELEPHONY_PROVIDER=twilio');
    expect(await problemOf({ TELEPHONY_PROVIDER: 'vapi' })).toBe('VAPI_API_KEY: required when TELEPHONY_PROVIDER=vapi');
  });
});

describe('a number', () => {
  const NUMBERS = [
    'PORT',
    'VAPI_HMAC_TOLERANCE_SECONDS',
    'RESERVATION_TTL_SECONDS',
    'RESERVATION_SWEEP_SECONDS',
    'KILL_SWITCH_INTERVAL_SECONDS',
    'CALL_SLICE_SECONDS',
    'DEFAULT_PENCE_PER_MINUTE',
    'DEFAULT_INCREMENT_SECONDS',
    'WEBHOOK_BODY_LIMIT_BYTES',
    'RATE_LIMIT_PER_MINUTE',
    'TIME_SCALE',
  ];
  const SLIPS = ['0x10', '4e3', '1_000', '1,5', '3000x', '.5', '5.', '+5', 'true', 'Infinity', 'NaN', '--1', '-1'];

  it.each(NUMBERS)('%s is written plainly, or it stops the start', async (name) => {
    for (const slip of SLIPS) expect(await problemOf({ [name]: slip })).toMatch(new RegExp(`^${name}: [^\n]+$`));
  });

  it('may be whole or have decimals, where those make sense', async () => {
    const settings = await read({ RESERVATION_SWEEP_SECONDS: '0.5', DEFAULT_PENCE_PER_MINUTE: '12.3456', PORT: '0' });
    expect(settings).toMatchObject({ reservationSweepSeconds: 0.5, defaultPencePerMinuteE4: 123_456, port: 0 });
    expect(await problemOf({ PORT: '3000.5' })).toMatch(/^PORT: /);
  });

  it('of seconds may be ten years where webhooks that were recorded are delivered', async () => {
    const { vapi } = await read({ VAPI_HMAC_SECRET: 's', VAPI_HMAC_TOLERANCE_SECONDS: '315360000' });
    expect(vapi.hmac?.toleranceSeconds).toBe(315_360_000);
    expect(await problemOf({ VAPI_HMAC_TOLERANCE_SECONDS: '999999999' })).toMatch(/^VAPI_HMAC_TOLERANCE_SECONDS: /);
    expect(await problemOf({ RESERVATION_TTL_SECONDS: '315360000' })).toMatch(/^RESERVATION_TTL_SECONDS: /);
  });
});

describe('a secret', () => {
  const LEAST = [
    ['ADMIN_API_KEY', 16],
    ['VAPI_WEBHOOK_SECRET', 8],
    ['VAPI_HMAC_SECRET', 8],
  ] as const;

  it.each(LEAST)('%s may be of one character in development, of %i in production', async (name, least) => {
    const settings = await read({ [name]: 'x' });
    expect([settings.adminApiKey, settings.vapi.webhookSecret, settings.vapi.hmac?.secret]).toContain('x');
    expect(await problemOf({ ...PRODUCTION, [name]: 'x'.repeat(least - 1) })).toBe(
      `${name}: must have at least ${least} characters when NODE_ENV=production`,
    );
    expect((await read({ ...PRODUCTION, [name]: 'x'.repeat(least) })).production).toBe(true);
  });

  const TRAVELLING = [...LEAST.map(([name]) => name), 'VAPI_API_KEY', 'TWILIO_AUTH_TOKEN'];

  it.each(TRAVELLING)('%s travels in headers: what those cannot carry stops the start', async (name) => {
    for (const bad of ['pass word', 'schlüssel', 'a\tb', 'a\u0000b', 'a\nb', '🔑🔑🔑🔑']) {
      expect(await problemOf({ [name]: bad })).toBe(
        `${name}: must be printable ASCII without spaces: it travels in a header`,
      );
    }
  });
});

describe('an address', () => {
  it.each(['PUBLIC_URL', 'VAPI_BASE_URL', 'TWILIO_BASE_URL'])('%s is http or https', async (name) => {
    for (const bad of [
      'ftp://vapi.test',
      'javascript:alert(1)',
      'vapi.test',
      'localhost:4010',
      'http://',
      'https:/x',
    ]) {
      expect(await problemOf({ [name]: bad })).toBe(`${name}: must be a URL that begins with http:// or https://`);
    }
    for (const good of ['http://127.0.0.1:4010', 'https://api.vapi.test', 'http://localhost']) {
      await expect(read({ [name]: good })).resolves.toBeDefined();
    }
  });

  it('of another API may have a path', async () => {
    const { vapi } = await read({ VAPI_BASE_URL: 'https://api.vapi.test/base' });
    expect(vapi.baseUrl).toBe('https://api.vapi.test/base');
  });

  it('PUBLIC_URL has no path, which the address that Vapi is told would lose', async () => {
    for (const bad of ['https://x.test/engine', 'https://x.test/?a', 'https://x.test/#b', 'https://u:p@x.test']) {
      expect(await problemOf({ PUBLIC_URL: bad })).toMatch(/^PUBLIC_URL: must be an address without a path/);
    }
    for (const good of [
      'https://billing.test',
      'https://billing.test/',
      'http://127.0.0.1:3000',
      'https://Billing.test:443',
    ]) {
      expect((await read({ PUBLIC_URL: good })).publicUrl).toBe(good);
    }
  });

  it('DATABASE_URL is one the driver takes', async () => {
    const wrong = [
      'mysql://h/db',
      'postgres://u:p@h:99999/db',
      'postgres://u:p#w@h/db',
      'postgres://u:50%off@h/db',
      'db',
    ];
    for (const bad of wrong)
      expect(await problemOf({ DATABASE_URL: bad })).toMatch(/^DATABASE_URL: must be such as [^\n]+$/);
    for (const good of [
      'postgres://h/db',
      'postgresql://u:p%23w@h:5432/db?sslmode=disable',
      'postgres:///db?host=/run/pg',
    ]) {
      expect((await read({ DATABASE_URL: good })).databaseUrl).toBe(good);
    }
  });

  it.each([
    ['prefer', 'verify-full'],
    ['require', 'verify-full'],
    ['verify-ca', 'verify-full'],
    ['verify-full', 'verify-full'],
    ['no-verify', 'no-verify'],
    ['disable', 'disable'],
    ['require&uselibpqcompat=true', 'require&uselibpqcompat=true'],
  ])('DATABASE_URL with sslmode=%s is what the driver makes of it, %s, without a warning', async (mode, meant) => {
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const url = (sslmode: string): string => `postgres://h/db?application_name=x&sslmode=${sslmode}`;
    expect((await read({ DATABASE_URL: url(mode) })).databaseUrl).toBe(url(meant));
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });

  it('SENTRY_DSN is taken exactly when Sentry would take it', async () => {
    const dsns = [
      'https://key@sentry.test/1',
      'https://key:secret@o1.ingest.sentry.test:8443/path/to/42',
      'http://key@[::1]:9000/7',
      'https://sentry.test/1',
      'https://key@sentry.test/',
      'https://key@sentry.test/project',
      'ftp://key@sentry.test/1',
      'https://key@sentry.test:port/1',
      'key',
    ];
    const taken = (dsn: string): Promise<boolean> =>
      read({ SENTRY_DSN: dsn }).then(
        () => true,
        (fault: Error) => !fault.message.startsWith('SENTRY_DSN: must be a DSN'),
      );
    expect(await Promise.all(dsns.map(taken))).toEqual(takenBySentry(dsns));
  });

  it('VAPI_CONTROL_HOSTS may be localhost', async () => {
    expect((await read({ VAPI_CONTROL_HOSTS: 'localhost' })).vapi.controlHosts).toEqual(['localhost']);
    expect(await problemOf({ VAPI_CONTROL_HOSTS: 'intranet' })).toMatch(/^VAPI_CONTROL_HOSTS: /);
  });
});

it.each(['VAPI_HMAC_SIGNATURE_HEADER', 'VAPI_HMAC_TIMESTAMP_HEADER'])('%s is the name of a header', async (name) => {
  for (const bad of ['x signature', 'x-signature:', 'x(1)', 'ü'])
    expect(await problemOf({ [name]: bad })).toBe(`${name}: must be the name of a header, not "${bad}"`);
  const { vapi } = await read({ VAPI_HMAC_SECRET: 's', [name]: 'X-Vapi-Signature' });
  expect([vapi.hmac?.signatureHeader, vapi.hmac?.timestampHeader]).toContain('x-vapi-signature');
});

it.each(['Production', 'prod', 'PRODUCTION', 'prod-eu'])('NODE_ENV=%s is no production by a slip', async (name) => {
  expect(await problemOf({ ...PRODUCTION, NODE_ENV: name })).toMatch(/^NODE_ENV: must be production, exactly/);
});

it.each(['test', 'development', 'staging'])('NODE_ENV=%s is lenient', async (name) => {
  expect((await read({ NODE_ENV: name })).production).toBe(false);
});
