import { Module, type DynamicModule } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { LedgerModule } from '@holdfast/ledger';
import { PlatformModule, type Settings } from '@holdfast/platform';
import { ReservationModule } from '@holdfast/reservation';
import { TelephonyModule } from '@holdfast/telephony';
import { HealthController } from './operators/health.controller';
import { Reconciliation } from './operators/reconciliation';
import { ReconciliationController } from './operators/reconciliation.controller';
import { OldClientsModule } from './rpc/old-clients.module';

@Module({})
export class AppModule {
  static with(settings: Settings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PlatformModule.with(settings),
        ScheduleModule.forRoot(),
        LedgerModule,
        ReservationModule,
        TelephonyModule,
        OldClientsModule,
      ],
      controllers: [HealthController, ReconciliationController],
      providers: [Reconciliation],
    };
  }
}
