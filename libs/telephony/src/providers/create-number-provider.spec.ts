import { createNumberProvider } from './create-number-provider';
import { MemorySandboxShelf } from './sandbox-shelf';

const vapi = { apiKey: 'key' };
const twilio = { accountSid: `AC${'0'.repeat(32)}`, authToken: 'token' };

describe('The provider that the settings name', () => {
  it('is made', () => {
    expect(createNumberProvider('sandbox', { shelf: new MemorySandboxShelf() }).kind).toBe('sandbox');
    expect(createNumberProvider('vapi', vapi).kind).toBe('vapi');
    expect(createNumberProvider('twilio', { twilio, vapi }).kind).toBe('twilio');
  });

  it('is not made from settings that cannot work, with a line that says which', () => {
    expect(() => createNumberProvider('vapi', { apiKey: '' })).toThrow('The Vapi API key is missing');
    expect(() => createNumberProvider('vapi', { ...vapi, webhook: { url: '/hook' } })).toThrow('no absolute URL');
    expect(() => createNumberProvider('vapi', { ...vapi, timeoutMs: 60_000 })).toThrow('1 to 12000 ms');
    expect(() => createNumberProvider('twilio', { twilio: { ...twilio, accountSid: 'SK1' }, vapi })).toThrow(
      'AC and 32',
    );
    expect(() => createNumberProvider('twilio', { twilio: { ...twilio, authToken: '' }, vapi })).toThrow('auth token');
  });
});
