import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { NumberReader, type NumberFilter } from '../application/number-reader.port';
import type { PhoneNumberState } from '../domain/phone-number';
import { NUMBER_STATUSES, type NumberStatus } from '../domain/phone-number-status';
import { toNumberState } from './number-rows';
import { NUMBER_COLUMNS, type NumberRow } from './number.sql';

@Injectable()
export class SqlNumberReader extends NumberReader {
  constructor(private readonly database: DataSource) {
    super();
  }

  byKey(orgId: string, idempotencyKey: string): Promise<PhoneNumberState | null> {
    return this.first('where org_id = $1 and idempotency_key = $2', [orgId, idempotencyKey]);
  }

  byId(id: string): Promise<PhoneNumberState | null> {
    return this.first('where id = $1', [id]);
  }

  find(orgId: string, reference: string): Promise<PhoneNumberState | null> {
    return this.first(
      `where org_id = $1 and (phone_number = $2 or vapi_phone_number_id = $2 or id::text = $2)
       order by (status not in ('released', 'failed')) desc, created_at desc, id desc limit 1`,
      [orgId, reference],
    );
  }

  async list(orgId: string, { status, limit, after }: NumberFilter): Promise<PhoneNumberState[]> {
    const rows: NumberRow[] = await this.database.query(
      `select ${NUMBER_COLUMNS} from phone_numbers
       where org_id = $1 and ($2::text is null or status = $2)
         and ($3::timestamptz is null or (created_at, id) < ($3::timestamptz, $4::uuid))
       order by created_at desc, id desc limit $5`,
      [orgId, status ?? null, after?.createdAt ?? null, after?.id ?? null, limit],
    );
    return rows.map(toNumberState);
  }

  async counts(orgId: string | null): Promise<Readonly<Record<NumberStatus, number>>> {
    const rows: { status: NumberStatus; numbers: number }[] = await this.database.query(
      `select status, count(*) as numbers from phone_numbers where $1::uuid is null or org_id = $1 group by status`,
      [orgId],
    );
    const none = Object.fromEntries(NUMBER_STATUSES.map((status) => [status, 0]));
    const counted = Object.fromEntries(rows.map(({ status, numbers }) => [status, numbers]));
    return { ...none, ...counted } as Record<NumberStatus, number>;
  }

  private async first(where: string, values: unknown[]): Promise<PhoneNumberState | null> {
    const rows: NumberRow[] = await this.database.query(`select ${NUMBER_COLUMNS} from phone_numbers ${where}`, values);
    return rows[0] ? toNumberState(rows[0]) : null;
  }
}
