import { rateToE4, MAX_INCREMENT_SECONDS } from '@holdfast/kernel';
import type { Settings } from '@holdfast/platform';
import { parseControlHosts } from '@holdfast/telephony';
import { z } from 'zod';
import {
  environmentField,
  headerNameField,
  hostUrlField,
  httpUrlField,
  oneOf,
  postgresUrlField,
  rateField,
  scaleField,
  secondsField,
  secretField,
  sentryDsnField,
  wholeField,
} from './setting-fields';

/** A wrong setting stops the start with one clear line. */
export class SettingsError extends Error {}

/** As in the HTTP door: a longer credential is not looked at. */
const MAX_KEY_LENGTH = 256;
const MAX_SECRET_LENGTH = 1_024;
/** Recorded webhooks are delivered again in tests: their timestamps are as old as the recordings. */
const TEN_YEARS_SECONDS = 3_653 * 86_400;
/** Where guessing pays. */
const LEAST_IN_PRODUCTION = { ADMIN_API_KEY: 16, VAPI_WEBHOOK_SECRET: 8, VAPI_HMAC_SECRET: 8 } as const;

const WHAT_A_RATE_IS = 'must be a number from 0 to 1000000 with at most 4 decimals';
/** Never said back: terminals and logs keep what they are shown. Addresses may have a password in them. */
const UNSAID = /KEY$|SECRET$|TOKEN$|URL$|DSN$/;
/** What was said is recognised by its beginning, and the line stays one line. */
const SAID_CHARACTERS = 60;

const Environment = z.object({
  NODE_ENV: environmentField.default('development'),
  PORT: wholeField(0, 65_535).default(3000),
  HOST: z.string().default('127.0.0.1'),
  DATABASE_URL: postgresUrlField.optional(),
  ADMIN_API_KEY: secretField(MAX_KEY_LENGTH).optional(),
  VAPI_WEBHOOK_SECRET: secretField(MAX_SECRET_LENGTH).optional(),
  VAPI_HMAC_SECRET: secretField(MAX_SECRET_LENGTH).optional(),
  VAPI_HMAC_ALGORITHM: oneOf(['sha256', 'sha512', 'sha1']).default('sha256'),
  VAPI_HMAC_SIGNATURE_HEADER: headerNameField.default('x-signature'),
  VAPI_HMAC_TIMESTAMP_HEADER: headerNameField.default('x-timestamp'),
  VAPI_HMAC_PREFIX: z.string().default(''),
  VAPI_HMAC_TOLERANCE_SECONDS: secondsField(TEN_YEARS_SECONDS).default(300),
  VAPI_API_KEY: secretField(MAX_SECRET_LENGTH).optional(),
  VAPI_BASE_URL: httpUrlField.optional(),
  VAPI_CONTROL_HOSTS: z.string().default('.vapi.ai'),
  TELEPHONY_PROVIDER: oneOf(['sandbox', 'vapi', 'twilio']).default('sandbox'),
  TWILIO_ACCOUNT_SID: z.string().optional(),
  TWILIO_AUTH_TOKEN: secretField(MAX_SECRET_LENGTH).optional(),
  TWILIO_BASE_URL: httpUrlField.optional(),
  PUBLIC_URL: hostUrlField.optional(),
  RESERVATION_TTL_SECONDS: secondsField().default(1_800),
  RESERVATION_SWEEP_SECONDS: secondsField().default(60),
  KILL_SWITCH_INTERVAL_SECONDS: secondsField(3_600).default(60),
  CALL_SLICE_SECONDS: secondsField(43_200).default(300),
  DEFAULT_PENCE_PER_MINUTE: rateField(WHAT_A_RATE_IS).default(56),
  DEFAULT_INCREMENT_SECONDS: wholeField(1, MAX_INCREMENT_SECONDS).default(60),
  WEBHOOK_BODY_LIMIT_BYTES: wholeField(1_024, 1_073_741_824).default(10_485_760),
  RATE_LIMIT_PER_MINUTE: wholeField(0, Number.MAX_SAFE_INTEGER).default(60_000),
  SENTRY_DSN: sentryDsnField.optional(),
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  TIME_SCALE: scaleField(1_000).default(1),
});

const CREDENTIALS_OF = {
  sandbox: [],
  vapi: ['VAPI_API_KEY'],
  twilio: ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'VAPI_API_KEY'],
} as const satisfies Record<string, readonly (keyof z.infer<typeof Environment>)[]>;

/** What the environment left open and development may make up. */
export interface Development {
  readonly databaseUrl: () => Promise<string>;
  readonly secret: (name: 'ADMIN_API_KEY' | 'VAPI_WEBHOOK_SECRET') => string;
  readonly folder: string;
}

/** @throws SettingsError with one line that names the setting. Values are trimmed; blank counts as unset. */
export async function readSettings(environment: NodeJS.ProcessEnv, development: Development): Promise<Settings> {
  const said = withoutBlanks(environment);
  const parsed = Environment.safeParse(said);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0] as z.core.$ZodIssue;
    throw wrong(String(path[0]), message, said);
  }
  const env = parsed.data;
  const production = env.NODE_ENV === 'production';
  if (production) refuseDevelopmentConveniences(env);
  requireProviderCredentials(env);
  checked('VAPI_CONTROL_HOSTS', () => parseControlHosts(env.VAPI_CONTROL_HOSTS));
  const defaultPencePerMinuteE4 = rateToE4(env.DEFAULT_PENCE_PER_MINUTE);
  if (defaultPencePerMinuteE4 === undefined) throw wrong('DEFAULT_PENCE_PER_MINUTE', WHAT_A_RATE_IS, said);
  return {
    production,
    port: env.PORT,
    host: env.HOST,
    databaseUrl: env.DATABASE_URL ?? (await development.databaseUrl()),
    adminApiKey: env.ADMIN_API_KEY ?? development.secret('ADMIN_API_KEY'),
    vapi: {
      webhookSecret: env.VAPI_WEBHOOK_SECRET ?? development.secret('VAPI_WEBHOOK_SECRET'),
      hmac: env.VAPI_HMAC_SECRET
        ? {
            secret: env.VAPI_HMAC_SECRET,
            algorithm: env.VAPI_HMAC_ALGORITHM,
            signatureHeader: env.VAPI_HMAC_SIGNATURE_HEADER,
            timestampHeader: env.VAPI_HMAC_TIMESTAMP_HEADER,
            prefix: env.VAPI_HMAC_PREFIX,
            toleranceSeconds: env.VAPI_HMAC_TOLERANCE_SECONDS,
          }
        : null,
      apiKey: env.VAPI_API_KEY ?? null,
      baseUrl: env.VAPI_BASE_URL ?? null,
      controlHosts: env.VAPI_CONTROL_HOSTS.split(',')
        .map((host) => host.trim())
        .filter((host) => host !== ''),
    },
    telephonyProvider: env.TELEPHONY_PROVIDER,
    twilio:
      env.TWILIO_ACCOUNT_SID && env.TWILIO_AUTH_TOKEN
        ? { accountSid: env.TWILIO_ACCOUNT_SID, authToken: env.TWILIO_AUTH_TOKEN, baseUrl: env.TWILIO_BASE_URL }
        : null,
    sandboxFolder: development.folder,
    publicUrl: env.PUBLIC_URL ?? null,
    reservationTtlSeconds: env.RESERVATION_TTL_SECONDS,
    reservationSweepSeconds: env.RESERVATION_SWEEP_SECONDS,
    killSwitchIntervalSeconds: env.KILL_SWITCH_INTERVAL_SECONDS,
    callSliceSeconds: env.CALL_SLICE_SECONDS,
    defaultPencePerMinuteE4,
    defaultIncrementSeconds: env.DEFAULT_INCREMENT_SECONDS,
    webhookBodyLimitBytes: env.WEBHOOK_BODY_LIMIT_BYTES,
    rateLimitPerMinute: env.RATE_LIMIT_PER_MINUTE,
    sentryDsn: env.SENTRY_DSN ?? null,
    logLevel: env.LOG_LEVEL,
    timeScale: env.TIME_SCALE,
  };
}

/** Files of settings and shells leave spaces and line ends behind; no setting means them. */
function withoutBlanks(environment: NodeJS.ProcessEnv): Record<string, string> {
  const trimmed = Object.entries(environment).map(([name, value = '']) => [name, value.trim()] as const);
  return Object.fromEntries(trimmed.filter(([, value]) => value !== ''));
}

function wrong(name: string, mayBe: string, said: Readonly<Record<string, string>>): SettingsError {
  const value = said[name] ?? '';
  const shown = UNSAID.test(name) ? '' : `, not ${JSON.stringify(value.slice(0, SAID_CHARACTERS))}`;
  return new SettingsError(`${name}: ${mayBe}${shown}`);
}

function checked(name: string, parse: () => unknown): void {
  try {
    parse();
  } catch (fault) {
    throw new SettingsError(`${name}: ${(fault as Error).message}`);
  }
}

function refuseDevelopmentConveniences(env: z.infer<typeof Environment>): void {
  const needed = ['DATABASE_URL', 'ADMIN_API_KEY', 'VAPI_WEBHOOK_SECRET'] as const;
  const missing = needed.filter((name) => env[name] === undefined);
  if (missing.length > 0) throw new SettingsError(`${missing.join(', ')}: required when NODE_ENV=production`);
  for (const [name, least] of Object.entries(LEAST_IN_PRODUCTION)) {
    const { length } = env[name as keyof typeof LEAST_IN_PRODUCTION] ?? 'x'.repeat(least);
    if (length < least)
      throw new SettingsError(`${name}: must have at least ${least} characters when NODE_ENV=production`);
  }
  if (env.TIME_SCALE !== 1)
    throw new SettingsError('TIME_SCALE: only for simulations, refused when NODE_ENV=production');
}

function requireProviderCredentials(env: z.infer<typeof Environment>): void {
  const missing = CREDENTIALS_OF[env.TELEPHONY_PROVIDER].filter((name) => env[name] === undefined);
  if (missing.length > 0)
    throw new SettingsError(`${missing.join(', ')}: required when TELEPHONY_PROVIDER=${env.TELEPHONY_PROVIDER}`);
}
