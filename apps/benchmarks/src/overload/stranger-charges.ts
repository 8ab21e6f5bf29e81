import { BENCH_OPERATOR_KEY } from '../http/engine-program';
import { BillingRequests } from '../http/billing-requests';
import { CallerPool } from '../http/caller-pool';
import type { HttpAnswer } from '../http/http-answer';
import { CHARGE_PENCE } from '../ledger/charge-shape';

/** Four times what the engine lets in (1 024), so that the queue that fills up is the engine's, not ours. */
const MAX_CONNECTIONS = 4_096;
/** `outcome_unknown`: the same key again, this often. */
const MAX_REPEATS = 5;
const RETRY_AFTER = /\r\nretry-after: \d+/i;

/** `unsent`: all connections were waiting for their answers, as when a client's own time is up. */
export type Answered = 'served' | 'shed' | 'failed' | 'unsent';

export interface Observation {
  /** performance.now() at which the request was due. */
  readonly dueMs: number;
  readonly ms: number;
  readonly answered: Answered;
}

/** Asset charges of many clients over HTTP: each answer is noted, and what was charged is remembered. */
export class StrangerCharges {
  readonly pool: CallerPool;
  chargedPence = 0;
  /** 503 without a Retry-After, and everything else that should not be: by what it was. */
  readonly faults = new Map<string, number>();
  private readonly requests: BillingRequests;

  constructor(port: number, wallets: readonly string[]) {
    this.pool = new CallerPool(port, { authorization: `Bearer ${BENCH_OPERATOR_KEY}` }, MAX_CONNECTIONS);
    this.requests = new BillingRequests(wallets);
  }

  openAll(): Promise<void> {
    return this.pool.open(MAX_CONNECTIONS, () => this.charge(performance.now()));
  }

  async charge(dueMs: number): Promise<Observation> {
    if (!this.pool.hasFree) return { dueMs, ms: 0, answered: 'unsent' };
    const answered = await this.ask().catch((fault: Error) => this.fault(fault.message));
    return { dueMs, ms: performance.now() - dueMs, answered };
  }

  private async ask(): Promise<Answered> {
    const { path, body, headers } = this.requests.deduct();
    for (let attempt = 1; ; attempt++) {
      const answer = await this.pool.post(path, body, headers);
      if (answer.status === 201) {
        this.chargedPence += CHARGE_PENCE;
        return 'served';
      }
      if (answer.status !== 503) return this.fault(`${answer.status} ${answer.body}`);
      if (!RETRY_AFTER.test(answer.head)) return this.fault('503 without Retry-After');
      if (!isUnknown(answer)) return 'shed';
      if (attempt === MAX_REPEATS) return this.fault('outcome_unknown again and again');
    }
  }

  private fault(what: string): 'failed' {
    this.faults.set(what, (this.faults.get(what) ?? 0) + 1);
    return 'failed';
  }
}

function isUnknown(answer: HttpAnswer): boolean {
  return answer.body.includes('"code":"outcome_unknown"');
}
