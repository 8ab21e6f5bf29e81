import { Module } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { LedgerModule } from '@holdfast/ledger';
import { ReservationModule } from '@holdfast/reservation';
import { CallCreditsRpcController } from './call-credits-rpc.controller';
import { CleanupRpcController } from './cleanup-rpc.controller';
import { DeductAssetCostController } from './deduct-asset-cost.controller';
import { KeyedTransactions } from './keyed-transactions';
import { alsoSpeakPostgrest } from './postgrest-errors';
import { UnknownFunctionController } from './unknown-function.controller';
import { WalletCreditsController } from './wallet-credits.controller';

/** Clients of the engine before this one keep calling its stored functions by their names. */
@Module({
  imports: [LedgerModule, ReservationModule],
  controllers: [
    DeductAssetCostController,
    CallCreditsRpcController,
    WalletCreditsController,
    CleanupRpcController,
    UnknownFunctionController,
  ],
  providers: [KeyedTransactions],
})
export class OldClientsModule {
  constructor(host: HttpAdapterHost) {
    alsoSpeakPostgrest(host.httpAdapter.getInstance());
  }
}
