import { Module, type DynamicModule } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { LedgerModule } from '@holdfast/ledger';
import { PlatformModule, type Settings } from '@holdfast/platform';
import { ReservationModule } from '@holdfast/reservation';
import { TelephonyModule } from '@holdfast/telephony';
import { HealthController } from './operators/health.controller';

@Module({})
export class AppModule {
  static with(settings: Settings): DynamicModule {
    return {
      module: AppModule,
      imports: [PlatformModule.with(settings), ScheduleModule.forRoot(), LedgerModule, ReservationModule, TelephonyModule],
      controllers: [HealthController],
    };
  }
}
