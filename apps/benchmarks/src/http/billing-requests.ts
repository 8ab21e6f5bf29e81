import { randomChoice } from '../measure/random-choice';
import { CALL_SECONDS, ESTIMATED_MINUTES, nextCallId } from '../calls/call-world';
import { CHARGE_PENCE, nextKey } from '../ledger/charge-shape';
import type { HttpRequest, LiveCall } from './http-target';

const SEED = 20_260_104;

/** Makes requests as clients send them, and remembers the calls that may be asked about and committed. */
export class BillingRequests {
  /** Reserved and not yet committed; filled by whoever sees the answer. */
  readonly live: LiveCall[] = [];
  private checked = 0;
  private readonly nextWallet: () => string;

  constructor(wallets: readonly string[]) {
    this.nextWallet = randomChoice(wallets, SEED);
  }

  readonly deduct = (): HttpRequest => ({
    path: '/api/billing/deduct-asset',
    body: JSON.stringify({ assetType: 'phone_number', costPence: CHARGE_PENCE, description: '+14155550142' }),
    headers: `x-org-id: ${this.nextWallet()}\r\nidempotency-key: ${nextKey()}\r\n`,
  });

  readonly reserve = (): HttpRequest => {
    const call = { orgId: this.nextWallet(), callId: nextCallId() };
    return {
      path: '/api/billing/reserve-credits',
      body: JSON.stringify({ callId: call.callId, estimatedMinutes: ESTIMATED_MINUTES }),
      headers: `x-org-id: ${call.orgId}\r\n`,
      opens: call,
    };
  };

  readonly commit = (): HttpRequest => {
    const { orgId, callId } = this.live.pop() as LiveCall;
    return {
      path: '/api/billing/commit-credits',
      body: JSON.stringify({ callId, actualDurationSeconds: CALL_SECONDS }),
      headers: `x-org-id: ${orgId}\r\n`,
    };
  };

  readonly statusCheck = (): HttpRequest => {
    this.checked += 1;
    const { callId } = this.live[this.checked % this.live.length] as LiveCall;
    return {
      path: '/api/vapi/webhook/status-check',
      body: JSON.stringify({ message: { call: { id: callId }, durationSeconds: 30 } }),
    };
  };
}
