import { translateCallRecord } from './call-record.translator';

const START = '2026-09-14T15:00:00.000Z';
const END = '2026-09-14T15:01:01.500Z';
const ended = { status: 'ended', startedAt: START, endedAt: END };
const minutes = (value: unknown) => ({
  costs: [null, { type: 'transport', minutes: 1 }, { type: 'vapi', minutes: value }],
});

describe('a call record of the provider', () => {
  test.each<[string, object, object]>([
    ['scheduled', { status: 'scheduled' }, { outcome: 'live', answered: false }],
    ['queued', { status: 'queued' }, { outcome: 'live', answered: false }],
    ['ringing', { status: 'ringing' }, { outcome: 'live', answered: false }],
    [
      'in progress',
      { status: 'in-progress', startedAt: START },
      { outcome: 'live', answered: true, startedAt: new Date(START) },
    ],
    ['in progress, start unknown', { status: 'in-progress' }, { outcome: 'live', answered: true }],
    ['forwarded', { status: 'forwarding' }, { outcome: 'live', answered: true }],
    ['ended', ended, { outcome: 'ended', duration: { usable: true, seconds: 61.5 }, endedAt: new Date(END) }],
    [
      'in progress after its end',
      { ...ended, status: 'in-progress' },
      { outcome: 'ended', duration: { seconds: 61.5 } },
    ],
    [
      'ended, durations disagree',
      { ...ended, durationSeconds: 600 },
      { outcome: 'ended', duration: { seconds: 61.5, flag: { reportedSeconds: 600 } } },
    ],
    [
      'ended before it started',
      { ...ended, startedAt: END, endedAt: START },
      { outcome: 'ended', duration: { usable: false, reason: 'end_before_start' } },
    ],
    [
      'ended, end not yet written',
      { status: 'ended', startedAt: START },
      { outcome: 'ended', duration: { reason: 'missing' } },
    ],
    ['ended unanswered', { status: 'ended', endedAt: END }, { outcome: 'never-connected', endedAt: new Date(END) }],
    [
      'ended unanswered with a transport fee',
      { status: 'ended', cost: 0.01, ...minutes(0) },
      { outcome: 'never-connected', costUsd: '0.01' },
    ],
    [
      'ended with minutes and no start',
      { status: 'ended', ...minutes(1.5) },
      { outcome: 'ended', duration: { reason: 'missing' } },
    ],
    [
      'ended after nothing',
      { status: 'ended', durationSeconds: 0 },
      { outcome: 'ended', duration: { usable: true, seconds: 0 } },
    ],
    ['not found', { status: 'not-found' }, { outcome: 'gone' }],
    ['of an unknown status', { status: 'deletion-failed' }, { outcome: 'unreachable' }],
    ['without a status', {}, { outcome: 'unreachable' }],
  ])('%s', (_claim, record, expected) => {
    expect(translateCallRecord({ id: 'call-1', ...record })).toMatchObject(expected);
  });

  it.each([undefined, null, 'text', [], {}, { id: '' }, { id: 7, status: 'ended' }, { ok: false, error: {} }])(
    'that is %j tells nothing, so the money stays',
    (record) => {
      expect(translateCallRecord(record)).toEqual({ outcome: 'unreachable', detail: 'not a call record' });
    },
  );

  it('brings the tenant, the control URL, the reason and the cost along', () => {
    const monitor = { controlUrl: 'https://a.vapi.ai/x/control' };
    const record = { id: 'call-1', type: 'webCall', status: 'in-progress', assistantId: 'assistant-1', monitor };
    expect(translateCallRecord(record)).toMatchObject({
      call: { callId: 'call-1', kind: 'web', assistantId: 'assistant-1', controlUrl: monitor.controlUrl },
    });
    const over = { ...ended, id: 'call-1', endedReason: 'customer-ended-call', cost: 0.5, updatedAt: END };
    expect(translateCallRecord(over)).toMatchObject({
      endedReason: 'customer-ended-call',
      costUsd: '0.5',
      updatedAt: new Date(END),
    });
  });
});
