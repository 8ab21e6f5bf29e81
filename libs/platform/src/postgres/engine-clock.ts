import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { scaledTime } from '@holdfast/kernel';
import { Settings } from '../settings/settings';

/** The database's time, which alone decides about money: the clocks of replicas may drift. */
@Injectable()
export class EngineClock {
  constructor(
    private readonly database: DataSource,
    private readonly settings: Settings,
  ) {}

  async now(): Promise<Date> {
    const rows: { now: Date }[] = await this.database.query('select clock_timestamp() as now');
    return scaledTime((rows[0] as { now: Date }).now, this.settings.timeScale);
  }
}
