import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { NumberDirectory, type DirectoryEntry } from '../application/number-directory.port';

@Injectable()
export class SqlNumberDirectory extends NumberDirectory {
  constructor(private readonly database: DataSource) {
    super();
  }

  async findByVapiId(vapiPhoneNumberId: string): Promise<DirectoryEntry | null> {
    const rows: { org_id: string; assistant_id: string | null; phone_number: string | null }[] =
      await this.database.query(
        `select org_id, assistant_id, phone_number from phone_numbers
         where vapi_phone_number_id = $1 and status = 'active'`,
        [vapiPhoneNumberId],
      );
    const row = rows[0];
    return row ? { orgId: row.org_id, assistantId: row.assistant_id, phoneNumber: row.phone_number } : null;
  }

  async findOrgByAssistant(assistantId: string): Promise<string | null> {
    const rows: { org_id: string }[] = await this.database.query(
      `select distinct org_id from phone_numbers where assistant_id = $1 and status = 'active' limit 2`,
      [assistantId],
    );
    return rows.length === 1 ? (rows[0] as { org_id: string }).org_id : null;
  }
}
