import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { scaledTime } from '@holdfast/kernel';
import { Settings } from '../settings/settings';

/** How long a measured difference between this process's clock and the database's is good for. */
const OFFSET_GOOD_FOR_MS = 10_000;

/** The database's time, which alone decides about money: the clocks of replicas may drift. */
@Injectable()
export class EngineClock {
  private offsetMs = 0;
  private measuredAt = 0;

  constructor(
    private readonly database: DataSource,
    private readonly settings: Settings,
  ) {}

  async now(): Promise<Date> {
    const asked = Date.now();
    const rows: { now: Date }[] = await this.database.query('select clock_timestamp() as now');
    const answered = Date.now();
    const real = (rows[0] as { now: Date }).now;
    this.offsetMs = real.getTime() - (asked + answered) / 2;
    this.measuredAt = answered;
    return scaledTime(real, this.settings.timeScale);
  }

  /**
   * The same time without asking: this process's clock, corrected by the last measured difference. For schedules and
   * the log; what moves money is judged again with the time fetched under its lock.
   */
  approximate(): Date {
    if (Date.now() - this.measuredAt > OFFSET_GOOD_FOR_MS) {
      this.measuredAt = Date.now(); // one measurement at a time; while it runs, or fails, the old difference serves
      void this.now().catch(() => undefined);
    }
    return scaledTime(new Date(Date.now() + this.offsetMs), this.settings.timeScale);
  }

  /** Real milliseconds until this moment; 0 when it has come. */
  msUntil(moment: Date): number {
    return Math.max(0, (moment.getTime() - this.approximate().getTime()) / this.settings.timeScale);
  }
}
