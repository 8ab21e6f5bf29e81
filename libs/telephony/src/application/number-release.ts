import { Injectable } from '@nestjs/common';
import { isRefusal, Refusal } from '@holdfast/kernel';
import { organizationNotFound, WALLETS } from '@holdfast/ledger';
import { UnitOfWork, want, type Command } from '@holdfast/platform';
import type { PhoneNumberState } from '../domain/phone-number';
import { answerInTime } from './number-answer-time';
import { numberNotFound } from './number-not-found';
import { NumberReader } from './number-reader.port';
import { NumberSaga } from './number-saga';
import { reached } from './number-saga-moments';
import { NUMBERS } from './numbers.shelf';

interface ReleaseBegun {
  readonly number: PhoneNumberState;
  /** True for the one request that is to see to it. */
  readonly mine: boolean;
}

/** Gives a tenant's number up. From the first moment on its calls find no tenant; nothing is refunded. */
@Injectable()
export class ReleaseNumber {
  constructor(
    private readonly work: UnitOfWork,
    private readonly numbers: NumberReader,
    private readonly saga: NumberSaga,
  ) {}

  /**
   * Refusals: phone_number_not_found; request_in_progress while it is still being bought. A repeat answers how far the
   * release has come.
   */
  async release(orgId: string, reference: string): Promise<PhoneNumberState | Refusal> {
    const found = await this.numbers.find(orgId, reference);
    if (!found) return numberNotFound();
    const begun = await this.work.execute(beginRelease(found));
    if (isRefusal(begun)) return begun;
    if (!begun.mine) return begun.number;
    reached('releasing', begun.number.id);
    const driven = await answerInTime(this.saga.drive(begun.number));
    return driven ?? (await this.numbers.byId(begun.number.id)) ?? begun.number;
  }
}

function beginRelease({ id, orgId }: PhoneNumberState): Command<ReleaseBegun> {
  return {
    key: orgId,
    wants: [want(WALLETS, orgId), want(NUMBERS, { id })],
    decide(desk) {
      if (!desk.on(WALLETS).get(orgId)) return organizationNotFound();
      const number = desk.on(NUMBERS).find(id);
      if (!number || number.state.status === 'failed') return numberNotFound();
      const { status } = number.state;
      if (status === 'pending' || status === 'unknown') {
        return new Refusal('request_in_progress', 'This number is still being bought. Try again when that is settled.');
      }
      const mine = status === 'active';
      number.release(desk.now);
      return { number: number.state, mine };
    },
  };
}
