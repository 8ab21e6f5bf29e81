import { Module } from '@nestjs/common';
import { LedgerModule } from '@holdfast/ledger';
import { UnitOfWork } from '@holdfast/platform';
import { ExpireAbandonedReservations } from './application/expire-abandoned-reservations';
import { Quotes } from './application/quotes';
import { ReservationReader } from './application/reservation-reader.port';
import { Reservations } from './application/reservations';
import { RESERVATIONS } from './application/reservations.shelf';
import { CallCreditsController } from './http/call-credits.controller';
import { CleanupController } from './http/cleanup.controller';
import { QuoteController } from './http/quote.controller';
import { ReservationsController } from './http/reservations.controller';
import { ReservationStore } from './infrastructure/reservation-store';
import { SqlReservationReader } from './infrastructure/sql-reservation-reader';

/** Needs a CallLiveness from whoever talks to the provider: bound globally by the telephony module. */
@Module({
  imports: [LedgerModule],
  controllers: [CallCreditsController, ReservationsController, QuoteController, CleanupController],
  providers: [
    Reservations,
    Quotes,
    ExpireAbandonedReservations,
    { provide: ReservationReader, useClass: SqlReservationReader },
  ],
  exports: [Reservations, ReservationReader, ExpireAbandonedReservations],
})
export class ReservationModule {
  constructor(work: UnitOfWork) {
    work.keep(RESERVATIONS, new ReservationStore());
  }
}
