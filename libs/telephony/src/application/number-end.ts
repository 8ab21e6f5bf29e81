import { Inject, Injectable, Logger } from '@nestjs/common';
import { isRefusal, Refusal } from '@holdfast/kernel';
import { UnitOfWork, type Command } from '@holdfast/platform';
import type { PhoneNumberState } from '../domain/phone-number';
import type { FailureReason } from './number-failure';
import { numberNotFound } from './number-not-found';
import type { NumberProvider } from './number-provider.port';
import { NUMBER_PROVIDER } from './number-provider.token';
import { asked, purchaseOf } from './number-question';
import { NumberReader } from './number-reader.port';
import { NumberSaga } from './number-saga';
import { reached } from './number-saga-moments';
import { recordStep, refundAndFail, type Recorded } from './number-steps';
import { delivered, takeStuckNumber } from './take-stuck-number';

export interface EndRequest {
  readonly id: string;
  /** Whose it must be; null: anybody's. */
  readonly orgId: string | null;
  readonly reason: string;
  readonly endedBy: string;
}

/** What the provider says of a number when it is asked a last time. `silent`: nobody can tell. */
type LastWord = 'has it' | 'has it not' | 'silent';

/** An operator ends an order, or a release, that does not come to an end by itself. */
@Injectable()
export class EndNumber {
  private readonly log = new Logger('numbers');

  constructor(
    private readonly work: UnitOfWork,
    private readonly numbers: NumberReader,
    private readonly saga: NumberSaga,
    @Inject(NUMBER_PROVIDER) private readonly provider: NumberProvider,
  ) {}

  /**
   * Refusals: phone_number_not_found; already_committed when it was delivered; request_in_progress while the saga is
   * still at it, when the provider has the number after all, or when somebody else ends it at this moment. What has
   * ended already is answered as it ended.
   */
  async end(request: EndRequest): Promise<PhoneNumberState | Refusal> {
    const found = await this.numbers.byId(request.id);
    if (!found || (request.orgId !== null && found.orgId !== request.orgId)) return numberNotFound();
    const taken = await this.work.execute(takeStuckNumber(found));
    if (isRefusal(taken) || taken.step === null) return taken;

    const lastWord = await this.askOnceMore(taken);
    reached('end_asked', taken.id);
    if (lastWord === 'has it') {
      void this.saga.drive(taken);
      return new Refusal('request_in_progress', 'The provider has this number after all: its purchase goes on.');
    }
    const ended = await this.work.execute(ending(taken, lastWord, request));
    if (isRefusal(ended)) return ended;
    if (ended === null) return this.endedByOthers(taken.id);
    this.log.log(`${ended.id} ${ended.status}: ${ended.lastError}`);
    return ended;
  }

  /** Under our lease, and outside of any transaction. What must go back is asked for back: a repeat is safe. */
  private async askOnceMore(number: PhoneNumberState): Promise<LastWord> {
    if (number.provider !== this.provider.kind) return 'silent'; // only who sold it can be asked
    if (number.step === 'giving_back' || number.step === 'releasing') {
      const { kind } = await asked(() => this.provider.release(purchaseOf(number)));
      return kind === 'released' ? 'has it not' : 'silent';
    }
    const { kind } = await asked(() => this.provider.findByIntent(number.id));
    if (kind === 'unknown') return 'silent';
    return kind === 'nothing' ? 'has it not' : 'has it'; // a stuck step is older than absence must be to be believed
  }

  /** Our lease was taken, and nothing was written. */
  private async endedByOthers(id: string): Promise<PhoneNumberState | Refusal> {
    const number = await this.numbers.byId(id);
    if (!number) return numberNotFound();
    if (number.status === 'failed' || number.status === 'released') return number;
    if (number.status === 'active') return delivered();
    return new Refusal('request_in_progress', 'Somebody else has taken this number at the same moment. Try again.');
  }
}

/** As the saga ends it where the provider has spoken; else because the operator says so. */
function ending(number: PhoneNumberState, lastWord: LastWord, { reason, endedBy }: EndRequest): Command<Recorded> {
  const note = `ended by ${endedBy}: ${reason}`;
  const isSure = lastWord === 'has it not';
  if (number.step === 'releasing') return recordStep(number, (n, at) => n.released(at, isSure ? null : note));
  if (isSure && number.step === 'giving_back') {
    return refundAndFail(number, number.failureReason as FailureReason, null);
  }
  if (isSure && number.step === 'buying') return refundAndFail(number, 'nothing_bought', null);
  return refundAndFail(number, 'ended_by_operator', note, endedBy);
}
