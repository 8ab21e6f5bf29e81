import { Injectable, Logger } from '@nestjs/common';
import type { CreditListener } from '@holdfast/ledger';
import { EngineClock } from '@holdfast/platform';
import { CallBook } from './call-book.port';

/** A top-up during a call's last slice cancels the warning and extends the call at once, whichever replica follows it. */
@Injectable()
export class LookAtCallsAfterTopUp implements CreditListener {
  private readonly log = new Logger('enforcement');

  constructor(
    private readonly calls: CallBook,
    private readonly clock: EngineClock,
  ) {}

  creditAdded(orgId: string): void {
    this.calls
      .lookNowAtLastSlices(orgId, this.clock.approximate())
      .catch((fault: Error) => this.log.warn(`calls of ${orgId} are looked at a little later: ${fault.message}`));
  }
}
