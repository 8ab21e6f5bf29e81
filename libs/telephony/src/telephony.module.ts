import { Global, Module } from '@nestjs/common';
import { CREDIT_LISTENER, LedgerModule, OPEN_ORDERS } from '@holdfast/ledger';
import { Settings, UnitOfWork } from '@holdfast/platform';
import { CallLiveness, HOLD_LISTENER, ReservationModule } from '@holdfast/reservation';
import { SilentCalls } from './application/ask-about-silent-call';
import { CALL_NOTES } from './application/call-notes.shelf';
import { CallBook } from './application/call-book.port';
import { CALL_CONTROL, type CallControl } from './application/call-control.port';
import { CALL_LOOKUP, type CallLookup } from './application/call-lookup.port';
import { CallStories } from './application/call-story';
import { StatusCheck } from './application/check-status';
import { DeliveryLog } from './application/delivery-log.port';
import { DeliveryReplay } from './application/delivery-replay.port';
import { EnforceCalls } from './application/enforce-calls';
import { BillingCallFinder } from './application/find-billing-call';
import { TenantFinder } from './application/find-tenant';
import { CallFollower } from './application/follow-call';
import { LiveCallFollower } from './application/follow-live-call';
import { ForgetWhatIsOld } from './application/forget-what-is-old';
import { LiveCalls } from './application/live-calls.port';
import { LookAtCallAfterHoldClosed } from './application/look-after-hold-closed';
import { LookAtCallsAfterTopUp } from './application/look-after-top-up';
import { Gate } from './application/open-gate';
import { PollFinishedCalls } from './application/poll-finished-calls';
import { ProviderLiveness } from './application/provider-liveness';
import { CallRecovery } from './application/recover-calls';
import { RecoveryProgress } from './application/recovery-progress.port';
import { CallSettlement } from './application/settle-call';
import { CallSteering } from './application/steer-call';
import { CallStoryController } from './http/call-story.controller';
import { DeliveriesController } from './http/deliveries.controller';
import { LiveCallsController } from './http/live-calls.controller';
import { CallNotesStore } from './infrastructure/call-notes-store';
import { SqlCallBook } from './infrastructure/sql-call-book';
import { SqlDeliveryLog } from './infrastructure/sql-delivery-log';
import { SqlLiveCalls } from './infrastructure/sql-live-calls';
import { SqlOpenNumberOrders } from './infrastructure/sql-open-number-orders';
import { SqlRecoveryProgress } from './infrastructure/sql-recovery-progress';
import { NumbersModule } from './numbers.module';
import { TelephonySchedules } from './telephony.schedules';
import { GateAnswerer } from './vapi/answer-gate';
import { createCallControl } from './vapi/call-control.client';
import { parseControlHosts } from './vapi/control-url.policy';
import { DeliveryProcessor } from './vapi/process-delivery';
import { RetryDeliveries } from './vapi/retry-deliveries';
import { StatusCheckController } from './vapi/status-check.controller';
import { WebhookCaller } from './vapi/webhook-caller';
import { WebhookController } from './vapi/webhook.controller';

const callControl = {
  provide: CALL_CONTROL,
  inject: [Settings],
  useFactory: ({ vapi }: Settings): CallControl =>
    createCallControl({ allowedHosts: parseControlHosts(vapi.controlHosts.join(',')) }),
};

const callLookup = {
  provide: CALL_LOOKUP,
  inject: [Settings],
  useFactory: ({ vapi }: Settings): CallLookup | null => {
    if (vapi.apiKey === null) return null;
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- the SDK costs 0.3 s and 35 MB: for who has a key
    const { createCallLookup } = require('./vapi/call-lookup.client') as typeof import('./vapi/call-lookup.client');
    return createCallLookup({ apiKey: vapi.apiKey, baseUrl: vapi.baseUrl ?? undefined });
  },
};

/** Global because it answers the reservation module's question whether a call is still alive. */
@Global()
@Module({
  imports: [LedgerModule, ReservationModule, NumbersModule],
  controllers: [
    WebhookController,
    StatusCheckController,
    CallStoryController,
    DeliveriesController,
    LiveCallsController,
  ],
  providers: [
    callControl,
    callLookup,
    { provide: CallBook, useClass: SqlCallBook },
    { provide: DeliveryLog, useClass: SqlDeliveryLog },
    { provide: RecoveryProgress, useClass: SqlRecoveryProgress },
    { provide: LiveCalls, useClass: SqlLiveCalls },
    { provide: CallLiveness, useClass: ProviderLiveness },
    { provide: CREDIT_LISTENER, useClass: LookAtCallsAfterTopUp },
    { provide: OPEN_ORDERS, useClass: SqlOpenNumberOrders },
    { provide: HOLD_LISTENER, useClass: LookAtCallAfterHoldClosed },
    { provide: DeliveryReplay, useExisting: DeliveryProcessor },
    TenantFinder,
    BillingCallFinder,
    Gate,
    CallSettlement,
    CallFollower,
    LiveCallFollower,
    CallRecovery,
    SilentCalls,
    CallSteering,
    EnforceCalls,
    PollFinishedCalls,
    StatusCheck,
    CallStories,
    DeliveryProcessor,
    RetryDeliveries,
    ForgetWhatIsOld,
    GateAnswerer,
    WebhookCaller,
    TelephonySchedules,
  ],
  exports: [CallLiveness, CREDIT_LISTENER, OPEN_ORDERS, HOLD_LISTENER, TelephonySchedules],
})
export class TelephonyModule {
  constructor(work: UnitOfWork) {
    work.keep(CALL_NOTES, new CallNotesStore());
  }
}
