import { Injectable, Logger } from '@nestjs/common';
import { EngineClock } from '@holdfast/platform';
import type { HoldListener } from '@holdfast/reservation';
import { CallBook } from './call-book.port';

/** A client that charges or releases a call says that it is over: if it still runs it is ended now, not when its hold would end. */
@Injectable()
export class LookAtCallAfterHoldClosed implements HoldListener {
  private readonly log = new Logger('enforcement');

  constructor(
    private readonly calls: CallBook,
    private readonly clock: EngineClock,
  ) {}

  holdClosed(orgId: string, callId: string): void {
    this.calls
      .lookNowAtHeldAs(orgId, callId, this.clock.approximate())
      .catch((fault: Error) => this.log.warn(`call ${callId} is looked at a little later: ${fault.message}`));
  }
}
