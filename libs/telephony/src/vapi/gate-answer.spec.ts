import { Vapi } from '@vapi-ai/server-sdk';
import { LONGEST_CALL_SECONDS } from '../domain/call-patience';
import { accept, refuse, type GateAcceptance } from './gate-answer';
import { creditRunsOutIn, NUMBER_UNKNOWN, OUT_OF_CREDIT } from '../domain/spoken-sentences';

const order = { assistantId: 'assistant-1', maxDurationSeconds: 300, metadata: { orgId: 'org-1' } };

describe('the answer of the gate', () => {
  it('lets a call last as long as it can pay for, and sends its messages here', () => {
    const server = { url: 'https://billing.example.test/api/vapi/webhook', credentialId: 'credential-1' };
    expect(accept({ ...order, server })).toEqual({
      assistantId: 'assistant-1',
      assistantOverrides: {
        maxDurationSeconds: 300,
        serverMessages: ['status-update', 'end-of-call-report'],
        server: {
          ...server,
          timeoutSeconds: 20,
          backoffPlan: {
            type: 'exponential',
            maxRetries: 10,
            baseDelaySeconds: 10,
            excludedStatusCodes: [400, 401, 403, 404],
          },
        },
        monitorPlan: { controlEnabled: true },
        metadata: { orgId: 'org-1' },
      },
    });
  });

  it("leaves out the server when none is given, so that the account's own stays in charge", () => {
    expect(JSON.parse(JSON.stringify(accept(order)))).not.toHaveProperty('assistantOverrides.server');
  });

  test.each([
    [10, 10],
    [10.9, 10],
    [299.999, 299],
    [43_200, 43_200],
    [99_999, LONGEST_CALL_SECONDS],
    [Infinity, LONGEST_CALL_SECONDS],
  ])('gives a call that can pay for %p s %p s, never more', (maxDurationSeconds, given) => {
    const answer = accept({ ...order, maxDurationSeconds }) as GateAcceptance;
    expect(answer.assistantOverrides.maxDurationSeconds).toBe(given);
  });

  test.each([9.999, 9, 0, -300, NaN])(
    'refuses a call that can pay for %p s: Vapi limits none below 10 s',
    (maxDurationSeconds) => {
      expect(accept({ ...order, maxDurationSeconds })).toEqual({ error: OUT_OF_CREDIT });
    },
  );

  it('refuses with a spoken sentence', () => {
    expect(refuse(NUMBER_UNKNOWN)).toEqual({ error: NUMBER_UNKNOWN });
  });

  it('uses only what the official types know', () => {
    const { maxDurationSeconds, monitorPlan, metadata, serverMessages } = (accept(order) as GateAcceptance)
      .assistantOverrides;
    const overrides: Vapi.AssistantOverrides = { maxDurationSeconds, monitorPlan, metadata };
    const known: readonly string[] = Object.values(Vapi.AssistantOverridesServerMessagesItem);
    expect(overrides.maxDurationSeconds).toBe(300);
    expect(serverMessages.filter((name) => !known.includes(name))).toEqual([]);
  });
});

test.each([
  [60, 'about one minute more'],
  [57.4, 'about one minute more'],
  [15, 'about 15 seconds more'],
  [0.2, 'about one second more'],
  [120, 'about 120 seconds more'],
])('a warning %p s before the end says %p', (seconds, words) => {
  expect(creditRunsOutIn(seconds)).toContain(words);
});
