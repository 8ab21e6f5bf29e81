import { readVapiFixture } from '../../fixtures/vapi/read-fixtures';
import { startTestEngine, type TestEngine } from '../../support/engine';
import { Operator } from './operator';

/** As test/fixtures/vapi/README.md tells. */
export const FIXTURE_SECRET = 'test-vapi-secret-visible';
export const FIXTURE_HMAC_SECRET = 'visible-hmac-secret';

export interface FixtureTenant {
  readonly orgId: string;
  readonly vapiPhoneNumberId: string;
  readonly assistantId: string;
}

export const ACME: FixtureTenant = {
  orgId: '0d9f2a34-6b1c-4e57-8f20-3c4d5e6f7a81',
  vapiPhoneNumberId: 'c1d7e0a2-3f64-4a8b-9b52-0e6f1d2c3b4a',
  assistantId: '2f4b6d80-1a3c-4e5f-9071-8293a4b5c6d7',
};
export const BOREALIS: FixtureTenant = {
  orgId: '5e8a7c66-92d3-4b0f-a1e4-77c0b8d9e2f3',
  vapiPhoneNumberId: 'f2a9b3c4-5d6e-4f70-8a91-b2c3d4e5f607',
  assistantId: '90817263-5445-4637-a829-1a0b2c3d4e5f',
};
export const INITIAL_PENCE = 10_000;

/** The call that 01, 03, 04, 05 and 07 are about. */
export const ACME_CALL = '01a0a070-a204-764f-b795-cf1cb35e5f49';
/** The web call of 06. */
export const BOREALIS_CALL = '01a0a466-e518-73fe-bc0e-9a9fdac9e709';
/** The call of 13, refused at the gate. */
export const REFUSED_CALL = '01a0a4e2-9989-76a6-b231-a7bd4b110aba';

type Hmac = NonNullable<TestEngine['settings']['vapi']['hmac']>;

/** An engine with the tenants of the fixtures, their numbers and £100 each. */
export async function startFixtureEngine(hmac: Hmac | null = null, balancePence = INITIAL_PENCE): Promise<TestEngine> {
  const engine = await startTestEngine({
    vapi: { webhookSecret: FIXTURE_SECRET, hmac, apiKey: null, baseUrl: null, controlHosts: ['.vapi.ai'] },
  });
  const operator = new Operator(engine);
  for (const { orgId, vapiPhoneNumberId, assistantId } of [ACME, BOREALIS]) {
    await operator.openTenant({ id: orgId, balancePence });
    await operator.registerNumber(orgId, vapiPhoneNumberId, assistantId);
  }
  return engine;
}

/** A fixture's message, of another call if one is named: whatever else mentions the call mentions that one. */
export function messageOf(fixture: string, callId?: string): object {
  const { message } = readVapiFixture(fixture).body;
  const text = JSON.stringify(message);
  return JSON.parse(callId === undefined ? text : text.replaceAll(ACME_CALL, callId)) as object;
}
