import { readCallFacts } from './call-facts.reader';

const facts = (call: object, message: object = {}) => readCallFacts({ ...message, call: { id: 'call-1', ...call } });

describe('the facts about a call', () => {
  it('need nothing but an id', () => {
    expect(facts({ customer: null, monitor: null, assistantOverrides: null, phoneNumberId: null })).toEqual({
      callId: 'call-1',
      kind: 'unknown',
      claims: [],
    });
  });

  test.each([
    ['inboundPhoneCall', 'inbound'],
    ['outboundPhoneCall', 'outbound'],
    ['webCall', 'web'],
    ['vapi.websocketCall', 'web'],
    ['constructor', 'unknown'],
    [undefined, 'unknown'],
  ])('call type %p is %p', (type, kind) => {
    expect(facts({ type })?.kind).toBe(kind);
  });

  it('find the phone number in call, then beside it', () => {
    const phoneNumber = { id: 'number-2', number: '+14155550142' };
    expect(facts({ phoneNumberId: 'number-1' }, { phoneNumber })?.phoneNumberId).toBe('number-1');
    expect(facts({}, { phoneNumber })).toMatchObject({ phoneNumberId: 'number-2', phoneNumber: '+14155550142' });
    expect(facts({ phoneNumber })).toMatchObject({ phoneNumberId: 'number-2', phoneNumber: '+14155550142' });
  });

  it('collect claims in order of trust in the place, signed or not', () => {
    const found = facts(
      {
        metadata: { orgId: 'b' },
        assistantOverrides: { metadata: { orgId: 'a', sig: 's', other: 1 }, variableValues: { orgId: 'c', sig: 7 } },
      },
      { artifact: { variableValues: { orgId: 'd' } } },
    );
    expect(found?.claims).toEqual([{ orgId: 'a', sig: 's' }, { orgId: 'b' }, { orgId: 'c' }, { orgId: 'd' }]);
  });

  it("never take the reseller's own Vapi account for a tenant", () => {
    expect(facts({ orgId: 'reseller' })?.claims).toEqual([]);
  });

  it('never take the id inside an assistant object: a web call brings its own', () => {
    expect(facts({ assistant: { id: 'x' } }, { assistant: { id: 'x' } })?.assistantId).toBeUndefined();
  });

  test.each<[unknown, string | undefined]>([
    ['https://a.vapi.ai/x/control', 'https://a.vapi.ai/x/control'],
    ['<https://a.vapi.ai/x/control>', '<https://a.vapi.ai/x/control>'],
    ['[redacted]', undefined],
    ['file:///etc/passwd', undefined],
    [`https://a.vapi.ai/${'x'.repeat(2048)}`, undefined],
    [7, undefined],
  ])('take %p as control URL %p', (controlUrl, expected) => {
    expect(facts({ monitor: { controlUrl } })?.controlUrl).toBe(expected);
  });

  test.each<[object, object, number | undefined]>([
    [{ assistantOverrides: { maxDurationSeconds: 300 } }, { assistant: { maxDurationSeconds: 600 } }, 300],
    [{}, { assistant: { maxDurationSeconds: 600 } }, 600],
    [{ assistant: { maxDurationSeconds: 900 } }, {}, 900],
    [{ assistantOverrides: { maxDurationSeconds: 3e9 } }, {}, 43_200],
    [{ assistantOverrides: { maxDurationSeconds: -1 } }, {}, undefined],
    [{ assistantOverrides: { maxDurationSeconds: '300' } }, {}, undefined],
  ])('call %j in message %j is limited to %p seconds', (call, message, expected) => {
    expect(facts(call, message)?.maxDurationSeconds).toBe(expected);
  });
});
