import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { BulkReader, Metrics, Settings, statement } from '@holdfast/platform';
import { NumberDirectory, type DirectoryEntry } from '../application/number-directory.port';

interface NumberRow {
  vapi_phone_number_id: string;
  org_id: string;
  assistant_id: string | null;
  phone_number: string | null;
}

interface AssistantRow {
  assistant_id: string;
  org_id: string;
}

const FIND_NUMBERS = statement<NumberRow>(
  'find_numbers_by_vapi_id',
  `select vapi_phone_number_id, org_id, assistant_id, phone_number from phone_numbers
   where vapi_phone_number_id = any($1::text[]) and status = 'active'`,
);

/** Two owners are as good as many: an assistant of several organisations tells nothing. */
const FIND_ASSISTANTS = statement<AssistantRow>(
  'find_orgs_by_assistant',
  `select a.assistant_id, n.org_id from unnest($1::text[]) as a (assistant_id)
   cross join lateral (
     select distinct org_id from phone_numbers where assistant_id = a.assistant_id and status = 'active' limit 2
   ) n`,
);

/** Every first message of a call asks: many look-ups share a statement. */
@Injectable()
export class SqlNumberDirectory extends NumberDirectory implements OnApplicationShutdown {
  private readonly numbers: BulkReader<NumberRow>;
  private readonly assistants: BulkReader<AssistantRow>;

  constructor({ databaseUrl }: Settings, metrics: Metrics) {
    super();
    const look = { databaseUrl, metrics };
    this.numbers = new BulkReader({
      ...look,
      name: 'number-reads',
      statement: FIND_NUMBERS,
      keysOf: (row) => [row.vapi_phone_number_id],
    });
    this.assistants = new BulkReader({
      ...look,
      name: 'assistant-reads',
      statement: FIND_ASSISTANTS,
      keysOf: (row) => [row.assistant_id],
    });
  }

  async findByVapiId(vapiPhoneNumberId: string): Promise<DirectoryEntry | null> {
    const [row] = await this.numbers.rowsOf(vapiPhoneNumberId);
    return row ? { orgId: row.org_id, assistantId: row.assistant_id, phoneNumber: row.phone_number } : null;
  }

  async findOrgByAssistant(assistantId: string): Promise<string | null> {
    const owners = await this.assistants.rowsOf(assistantId);
    return owners.length === 1 ? (owners[0] as AssistantRow).org_id : null;
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.numbers.close(), this.assistants.close()]);
  }
}
