import fc from 'fast-check';
import { readVapiFixture, readVapiFixtures } from '../../../../test/fixtures/vapi/read-fixtures';
import { translate } from './vapi-message-translator';

const ACME = {
  callId: '01a0a070-a204-764f-b795-cf1cb35e5f49',
  kind: 'inbound',
  phoneNumberId: 'c1d7e0a2-3f64-4a8b-9b52-0e6f1d2c3b4a',
  phoneNumber: '+14155550142',
  customerNumber: '+12065550119',
};
const ACME_LIVE = {
  ...ACME,
  assistantId: '2f4b6d80-1a3c-4e5f-9071-8293a4b5c6d7',
  maxDurationSeconds: 300,
  controlUrl:
    'https://phone-call-websocket.aws-us-west-2-backend-production2.vapi.ai/01a0a070-a204-764f-b795-cf1cb35e5f49/control',
};
const REPORT = {
  type: 'call-report',
  call: ACME_LIVE,
  duration: { usable: true, seconds: 187.412 },
  costUsd: '0.2137',
};
const SIGN = { type: 'sign-of-life', call: ACME_LIVE };

const MEANINGS: Record<string, object> = {
  '01': { type: 'assistant-request', call: ACME, at: new Date(1789398131335) },
  '02': { type: 'assistant-request', call: { phoneNumberId: 'f2a9b3c4-5d6e-4f70-8a91-b2c3d4e5f607', kind: 'inbound' } },
  '03': { type: 'call-live', call: ACME_LIVE, at: new Date(1789398135520) },
  '04': { type: 'call-ended', call: ACME_LIVE, endedReason: 'customer-ended-call', at: new Date(1789398322946) },
  '05': { ...REPORT, startedAt: new Date('2026-09-14T15:02:15.522Z'), endedAt: new Date('2026-09-14T15:05:22.934Z') },
  '06': {
    type: 'call-report',
    call: {
      kind: 'web',
      phoneNumberId: undefined,
      customerNumber: undefined,
      assistantId: '90817263-5445-4637-a829-1a0b2c3d4e5f',
      claims: [{ orgId: '5e8a7c66-92d3-4b0f-a1e4-77c0b8d9e2f3' }],
      maxDurationSeconds: 600,
    },
    duration: { usable: true, seconds: 42.007 },
    endedReason: 'customer-ended-call',
    costUsd: '0.0498',
  },
  '07': REPORT,
  '08': { ...SIGN, messageType: 'tool-calls' },
  '09': { ...SIGN, messageType: 'hang' },
  '10': { ...SIGN, messageType: 'conversation-update' },
  '11': { ...SIGN, messageType: 'speech-update' },
  '12': { type: 'ignored', messageType: 'call.quality.sampled', callId: ACME.callId },
  '13': { type: 'call-ended', endedReason: 'assistant-request-returned-error', call: { controlUrl: undefined } },
};

const call = { id: 'call-1' };
const about = (message: object) => translate({ message: { call, ...message } });

describe('a delivery of Vapi', () => {
  test.each(readVapiFixtures().map(({ name, body }) => [name, body] as const))(
    '%s means what it should',
    (name, body) => {
      expect(translate(body)).toMatchObject(MEANINGS[name.slice(0, 2)]!);
    },
  );

  it('means the same when the report comes twice', () => {
    const [first, second] = ['05', '07'].map((number) => translate(readVapiFixture(number).body));
    expect({ ...first, at: undefined }).toEqual({ ...second, at: undefined });
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a list', [{ message: { type: 'hang' } }]],
    ['a text', 'message'],
    ['an object without message', { type: 'hang' }],
    ['a message that is a list', { message: [] }],
    ['a message without type', { message: { call } }],
    ['a type that is a number', { message: { type: 1 } }],
    ['an empty type', { message: { type: '' } }],
    ['a blank type', { message: { type: ' ' } }],
    ['a type with U+0000', { message: { type: 'hang\u0000' } }],
    ['a type of 256 characters', { message: { type: 'x'.repeat(256) } }],
    ['an inherited type', { message: Object.create({ type: 'hang' }) as object }],
  ])('is malformed when the body is %s', (_claim, body) => {
    expect(translate(body)).toEqual({ type: 'malformed', reason: expect.any(String) as string });
  });

  test.each<[string, unknown]>([
    ['missing', undefined],
    ['null', null],
    ['empty', ''],
    ['blank', ' \u00a0'],
    ['a number', 7],
    ['256 characters long', 'x'.repeat(256)],
    ['holding U+0000', 'call\u0000'],
    ['holding a line break', 'call\r\n1'],
    ['holding a lone surrogate', 'call\ud800'],
    ['holding what a stored U+0000 became', 'call\ufffd'],
  ])('that decides about money is reported as unidentified when call.id is %s', (_claim, id) => {
    for (const type of ['assistant-request', 'status-update', 'end-of-call-report']) {
      const message = { type, status: 'in-progress', durationSeconds: 5, call: { id } };
      expect(translate({ message })).toMatchObject({ type: 'unidentified', messageType: type });
      expect(translate({ message: { ...message, call: null } })).toMatchObject({ type: 'unidentified' });
    }
    expect(translate({ message: { type: 'hang', call: { id } } })).toEqual({ type: 'ignored', messageType: 'hang' });
  });

  it('keeps a call id verbatim, spaces and 255 characters included', () => {
    for (const id of [' call 1 ', 'é'.repeat(255), '__proto__', "'; drop table x --"]) {
      expect(about({ type: 'hang', call: { id } })).toMatchObject({ type: 'sign-of-life', call: { callId: id } });
    }
  });

  test.each<[status: unknown, meaning: object]>([
    ['scheduled', { type: 'call-status', status: 'scheduled', signOfLife: false }],
    ['queued', { type: 'call-status', status: 'queued', signOfLife: false }],
    ['ringing', { type: 'call-status', status: 'ringing', signOfLife: true }],
    ['forwarding', { type: 'call-status', status: 'forwarding', signOfLife: true }],
    ['in-progress', { type: 'call-live' }],
    ['ended', { type: 'call-ended' }],
    ['not-found', { type: 'ignored' }],
    ['toString', { type: 'ignored' }],
    ['IN-PROGRESS', { type: 'ignored' }],
    [undefined, { type: 'ignored' }],
    [{}, { type: 'ignored' }],
  ])('with status %p means %p', (status, meaning) => {
    expect(about({ type: 'status-update', status })).toMatchObject(meaning);
  });

  it('is never read from the stale status inside call', () => {
    const stale = { id: 'call-1', status: 'ended', endedReason: 'x' };
    expect(about({ type: 'status-update', status: 'in-progress', call: stale }).type).toBe('call-live');
    expect(about({ type: 'speech-update', status: 'ended', call: stale }).type).toBe('sign-of-life');
  });

  test.each<[unknown, Date | undefined]>([
    [1789398135520, new Date(1789398135520)],
    ['2024-07-10T21:08:33.344Z', new Date('2024-07-10T21:08:33.344Z')],
    [undefined, undefined],
    ['soon', undefined],
    [1789398135, undefined],
  ])('with timestamp %p was sent at %p', (timestamp, at) => {
    expect(about({ type: 'status-update', status: 'in-progress', timestamp })).toMatchObject({ type: 'call-live', at });
  });

  it('tells a report whose duration is nonsense apart from a good one', () => {
    const message = { type: 'end-of-call-report', durationSeconds: -5 };
    expect(about(message)).toMatchObject({ duration: { usable: false, reason: 'negative' } });
  });

  it('reads a report from call where the message says nothing', () => {
    const startedAt = '2026-09-14T15:00:00Z';
    const endedAt = '2026-09-14T15:01:01Z';
    const inside = { id: 'call-1', startedAt, endedAt, endedReason: 'silence-timed-out', cost: 0.5 };
    expect(about({ type: 'end-of-call-report', call: inside, endedReason: null, cost: null })).toMatchObject({
      duration: { usable: true, seconds: 61 },
      startedAt: new Date(startedAt),
      endedAt: new Date(endedAt),
      endedReason: 'silence-timed-out',
      costUsd: '0.5',
    });
  });

  it('never throws and always means something, whatever is sent', () => {
    const name = fc.constantFrom(
      'message',
      'type',
      'call',
      'id',
      'status',
      'monitor',
      'assistantOverrides',
      'metadata',
      'customer',
    );
    const value = fc.oneof(
      fc.anything(),
      fc.constantFrom('status-update', 'end-of-call-report', 'in-progress', 'call-1'),
    );
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof({ maxDepth: 5 }, value, fc.dictionary(name, tie('tree'))),
    }));
    fc.assert(fc.property(tree, (body) => expect(translate(body).type).toEqual(expect.any(String))));
    fc.assert(
      fc.property(tree, (message) =>
        expect(translate({ message: { type: 'end-of-call-report', call, ...(message as object) } }).type).toEqual(
          expect.any(String),
        ),
      ),
    );
  });
});
