import { Injectable } from '@nestjs/common';
import { Settings } from '@holdfast/platform';
import { ExpireAbandonedReservations } from '@holdfast/reservation';
import { reconcile, type ReconciliationReport } from './reconciliation-run';

/**
 * One reconciliation at a time, however many ask: each reads the whole journal. Whoever asks while one is under way
 * shares the one after it, so that a report is never older than its request.
 */
@Injectable()
export class Reconciliation {
  private current: Promise<void> = Promise.resolve();
  private next: Promise<ReconciliationReport> | undefined;

  constructor(
    private readonly settings: Settings,
    private readonly expiry: ExpireAbandonedReservations,
  ) {}

  run(): Promise<ReconciliationReport> {
    this.next ??= this.current.then(() => {
      this.next = undefined;
      const { databaseUrl, reservationSweepSeconds, timeScale } = this.settings;
      const sweptForSeconds = this.expiry.sweptForSeconds();
      const report = reconcile({ databaseUrl, sweepSeconds: reservationSweepSeconds, timeScale, sweptForSeconds });
      this.current = report.then(
        () => undefined,
        () => undefined,
      );
      return report;
    });
    return this.next;
  }
}
