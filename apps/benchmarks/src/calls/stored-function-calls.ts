import { PooledVariant } from '../baselines/pooled-variant';
import { CALL_PENCE, CALL_SECONDS, ESTIMATED_MINUTES, nextCallId, type CallWorld } from './call-world';

interface Answer {
  readonly answer: { readonly success: boolean; readonly error?: string; readonly actual_cost_pence?: number };
}

/** reserve_call and commit_call, one round trip each. */
export class StoredFunctionCalls extends PooledVariant {
  readonly name: string = 'stored functions';
  protected readonly schema: string = 'baseline';

  constructor(private readonly world: CallWorld) {
    super(world.url);
  }

  async operate(): Promise<void> {
    await this.commit(await this.reserve(this.world.nextWallet()));
  }

  async reserve(orgId: string): Promise<string> {
    const callId = nextCallId();
    const text = `select ${this.schema}.reserve_call($1::uuid, $2, $3::integer) as answer`;
    await this.call('reserve_call', text, [orgId, callId, ESTIMATED_MINUTES]);
    return callId;
  }

  async commit(callId: string): Promise<void> {
    const text = `select ${this.schema}.commit_call($1, $2::numeric) as answer`;
    const { actual_cost_pence: pence } = await this.call('commit_call', text, [callId, CALL_SECONDS]);
    if (pence !== CALL_PENCE) throw new Error(`a call was charged ${pence} pence`);
    this.world.baselineSums.charged(CALL_PENCE);
  }

  verify(): Promise<void> {
    return this.world.baselineSums.verify(this.world.admin);
  }

  private async call(name: string, text: string, values: unknown[]): Promise<Answer['answer']> {
    const { rows } = await this.pool.query<Answer>({ name, text, values });
    const answer = rows[0]?.answer;
    if (!answer?.success) throw new Error(`${name} refused: ${answer?.error}`);
    return answer;
  }
}

/** The same on tables as full as Holdfast's own. */
export class SameBooksCalls extends StoredFunctionCalls {
  override readonly name = 'the same books';
  protected override readonly schema = 'same_books';
}
