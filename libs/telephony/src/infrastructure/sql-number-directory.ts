import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { BulkReader, Metrics, Settings, statement } from '@holdfast/platform';
import { NumberDirectory, type AssistantOwner, type DirectoryEntry } from '../application/number-directory.port';

interface NumberRow {
  vapi_phone_number_id: string;
  org_id: string;
  assistant_id: string | null;
  phone_number: string | null;
  created_at: Date;
}

interface AssistantRow {
  assistant_id: string;
  org_id: string;
  since: Date;
}

const FIND_NUMBERS = statement<NumberRow>(
  'find_numbers_by_vapi_id',
  `select vapi_phone_number_id, org_id, assistant_id, phone_number, created_at from phone_numbers
   where vapi_phone_number_id = any($1::text[]) and status = 'active'`,
);

/** Two owners are as good as many: an assistant of several organisations tells nothing. */
const FIND_ASSISTANTS = statement<AssistantRow>(
  'find_orgs_by_assistant',
  `select a.assistant_id, n.org_id, n.since from unnest($1::text[]) as a (assistant_id)
   cross join lateral (
     select org_id, min(created_at) as since from phone_numbers
     where assistant_id = a.assistant_id and status = 'active' group by org_id limit 2
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
    if (!row) return null;
    const { org_id: orgId, assistant_id: assistantId, phone_number: phoneNumber, created_at: since } = row;
    return { orgId, assistantId, phoneNumber, since };
  }

  async findOrgByAssistant(assistantId: string): Promise<AssistantOwner | null> {
    const [owner, another] = await this.assistants.rowsOf(assistantId);
    return owner && !another ? { orgId: owner.org_id, since: owner.since } : null;
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.numbers.close(), this.assistants.close()]);
  }
}
