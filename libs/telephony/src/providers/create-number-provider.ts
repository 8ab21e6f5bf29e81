import type { NumberProvider, ProviderKind } from '../application/number-provider.port';
import { MAX_PROVIDER_TIMEOUT_MS } from './provider-deadline';
import { SandboxNumberProvider, type SandboxSettings } from './sandbox-number-provider';
import type { TwilioSettings } from './twilio-client';
import type { TwilioProviderSettings } from './twilio-number-provider';
import type { VapiSettings } from './vapi-numbers';

export interface NumberProviderSettings {
  sandbox: SandboxSettings;
  vapi: VapiSettings;
  twilio: TwilioProviderSettings;
}

/**
 * The adapter that `TELEPHONY_PROVIDER` names.
 *
 * The two SDKs are loaded only by who uses them: together they cost 0.8 s and 60 MB at start (2 cores, Node 20), and the
 * sandbox, the default, needs neither.
 *
 * @throws Error when settings are unusable, in one line for the start-up message.
 */
export function createNumberProvider<K extends ProviderKind>(
  kind: K,
  settings: NumberProviderSettings[K],
): NumberProvider {
  return CREATE[kind](settings);
}

/* eslint-disable @typescript-eslint/no-require-imports -- each provider loads its SDK only when it is chosen */
const CREATE: { [K in ProviderKind]: (settings: NumberProviderSettings[K]) => NumberProvider } = {
  sandbox: (settings) => new SandboxNumberProvider(settings),
  vapi: (settings) => {
    checkVapi(settings);
    const { VapiNumberProvider } = require('./vapi-number-provider') as typeof import('./vapi-number-provider');
    return new VapiNumberProvider(settings);
  },
  twilio: (settings) => {
    checkVapi(settings.vapi);
    checkTwilio(settings.twilio);
    const { TwilioNumberProvider } = require('./twilio-number-provider') as typeof import('./twilio-number-provider');
    return new TwilioNumberProvider(settings);
  },
};
/* eslint-enable @typescript-eslint/no-require-imports */

function checkVapi({ apiKey, webhook, timeoutMs }: VapiSettings): void {
  if (!apiKey) throw new Error('The Vapi API key is missing');
  if (webhook && !URL.canParse(webhook.url)) throw new Error("The webhook URL for Vapi's numbers is no absolute URL");
  checkTimeout(timeoutMs);
}

function checkTwilio({ accountSid, authToken, timeoutMs }: TwilioSettings): void {
  if (!/^AC[0-9a-f]{32}$/i.test(accountSid)) throw new Error('The Twilio account SID must be AC and 32 hex digits');
  if (!authToken) throw new Error('The Twilio auth token is missing');
  checkTimeout(timeoutMs);
}

function checkTimeout(ms: number | undefined): void {
  if (ms === undefined || (Number.isInteger(ms) && ms >= 1 && ms <= MAX_PROVIDER_TIMEOUT_MS)) return;
  throw new Error(`A provider's time-out must be 1 to ${MAX_PROVIDER_TIMEOUT_MS} ms`);
}
