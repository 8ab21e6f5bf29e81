import { Injectable } from '@nestjs/common';
import { addSeconds } from '@holdfast/kernel';
import { DataSource } from 'typeorm';
import { NumberQueue } from '../application/number-queue.port';
import type { PhoneNumberState } from '../domain/phone-number';
import { toNumberState } from './number-rows';
import { CLAIM_NUMBER, type NumberRow } from './number.sql';

@Injectable()
export class SqlNumberQueue extends NumberQueue {
  constructor(private readonly database: DataSource) {
    super();
  }

  async claim(provider: string, now: Date, leaseSeconds: number): Promise<PhoneNumberState | null> {
    // TypeORM answers an UPDATE with its rows and their count.
    const [rows]: [NumberRow[], number] = await this.database.query(CLAIM_NUMBER.text, [
      provider,
      now,
      addSeconds(now, leaseSeconds),
    ]);
    return rows[0] ? toNumberState(rows[0]) : null;
  }
}
