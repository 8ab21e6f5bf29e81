import { Injectable } from '@nestjs/common';
import { EnforceCalls } from './application/enforce-calls';
import { ForgetWhatIsOld } from './application/forget-what-is-old';
import { NumberSchedule } from './application/number-schedule';
import { PollFinishedCalls } from './application/poll-finished-calls';
import { RetryDeliveries } from './vapi/retry-deliveries';

/** Everything of telephony that runs by itself, once the engine is ready. */
@Injectable()
export class TelephonySchedules {
  constructor(
    private readonly enforcement: EnforceCalls,
    private readonly recovery: PollFinishedCalls,
    private readonly retries: RetryDeliveries,
    private readonly numbers: NumberSchedule,
    private readonly forgetting: ForgetWhatIsOld,
  ) {}

  start(): void {
    void this.enforcement.start();
    this.recovery.start();
    this.retries.start();
    this.numbers.start();
    this.forgetting.start();
  }
}
