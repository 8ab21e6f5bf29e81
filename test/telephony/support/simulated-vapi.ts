import {
  SimulatedClock,
  startSimulator,
  type Simulator,
  type SimulatorOptions,
} from '../../../apps/vapi-simulator/src/index';
import type { Settings } from '@holdfast/platform';
import { startTestEngine, type TestEngine } from '../../support/engine';
import { Operator, type TenantTerms } from './operator';

const SECRET = 'the-webhook-secret-of-this-test';
const API_KEY = 'the-vapi-key-of-this-test';

/** Settings of an engine whose Vapi is this simulator. */
export function settingsFor(vapi: Simulator, speed: number): Pick<Settings, 'vapi' | 'timeScale'> {
  const controlHosts = [new URL(vapi.url).host];
  return {
    timeScale: speed,
    vapi: { webhookSecret: SECRET, hmac: null, apiKey: API_KEY, baseUrl: vapi.url, controlHosts },
  };
}

export function startVapi(speed: number, options: SimulatorOptions = {}): Promise<Simulator> {
  return startSimulator({ clock: new SimulatedClock(speed), secret: SECRET, apiKey: API_KEY, ...options });
}

export interface TenantAtVapi {
  readonly orgId: string;
  readonly phoneNumberId: string;
  readonly assistantId: string;
}

let numbers = 0;

/** An organisation whose number Vapi and the engine both know. */
export async function openTenantAtVapi(vapi: Simulator, operator: Operator, terms: TenantTerms): Promise<TenantAtVapi> {
  const orgId = await operator.openTenant(terms);
  const assistantId = `assistant-of-${orgId}`;
  const digits = `+1415555${String((numbers += 1)).padStart(4, '0')}`;
  const number = vapi.phoneNumbers.create({ provider: 'twilio', number: digits, twilioAccountSid: 'AC1' });
  await operator.registerNumber(orgId, number.id, assistantId);
  return { orgId, phoneNumberId: number.id, assistantId };
}

/** One Vapi, one engine, and an operator: a world that runs so much faster than life. */
export interface World {
  readonly vapi: Simulator;
  readonly engine: TestEngine;
  readonly operator: Operator;
  openTenant(terms: TenantTerms): Promise<TenantAtVapi>;
  stop(): Promise<void>;
}

export async function startWorld(
  speed: number,
  options: SimulatorOptions = {},
  overrides: Partial<Settings> = {},
): Promise<World> {
  const vapi = await startVapi(speed, options);
  const engine = await startTestEngine({ ...settingsFor(vapi, speed), ...overrides });
  const operator = new Operator(engine);
  vapi.pointAt(engine.url);
  return {
    vapi,
    engine,
    operator,
    openTenant: (terms) => openTenantAtVapi(vapi, operator, terms),
    stop: async () => {
      await vapi.close();
      await engine.stop();
    },
  };
}
