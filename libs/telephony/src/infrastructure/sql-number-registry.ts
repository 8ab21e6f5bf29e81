import { Injectable } from '@nestjs/common';
import { newId, Refusal } from '@holdfast/kernel';
import { organizationNotFound } from '@holdfast/ledger';
import { sqlState } from '@holdfast/platform';
import { DataSource, type EntityManager } from 'typeorm';
import { NumberRegistry, type NumberRegistration } from '../application/number-registry.port';
import type { PhoneNumberState } from '../domain/phone-number';
import { toNumberState } from './number-rows';
import { LOCK_NUMBERS_AT_VAPI, NUMBER_COLUMNS, type NumberRow } from './number.sql';

const UNIQUE_VIOLATION = '23505';

@Injectable()
export class SqlNumberRegistry extends NumberRegistry {
  constructor(private readonly database: DataSource) {
    super();
  }

  async register(registration: NumberRegistration, now: Date): Promise<PhoneNumberState | Refusal> {
    const registered = () => this.database.transaction((work) => registerWithin(work, registration, now));
    try {
      return await registered();
    } catch (fault) {
      if (sqlState(fault) !== UNIQUE_VIOLATION) throw fault;
      return registered(); // a purchase was faster, and now shows
    }
  }
}

async function registerWithin(
  work: EntityManager,
  registration: NumberRegistration,
  now: Date,
): Promise<PhoneNumberState | Refusal> {
  const { orgId, vapiPhoneId } = registration;
  // A row that a twin is about to insert cannot be locked. Two tenants' twins would else trip each other again and again.
  await work.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [vapiPhoneId]);
  const orgs: unknown[] = await work.query('select 1 from organizations where id = $1', [orgId]);
  if (orgs.length === 0) return organizationNotFound();
  const holders: NumberRow[] = await work.query(LOCK_NUMBERS_AT_VAPI.text, [[vapiPhoneId]]);
  const holder = holders[0];
  if (!holder) return insert(work, registration, now);
  if (holder.status === 'releasing') {
    return new Refusal('request_in_progress', 'This number is being released. Try again when that is settled.');
  }
  if (holder.org_id === orgId) return change(work, holder.id, registration, now);
  if (holder.origin === 'purchased') return boughtByAnother();
  await work.query(
    `update phone_numbers set status = 'released', settled_at = $2, updated_at = $2, version = version + 1 where id = $1`,
    [holder.id, now],
  );
  return insert(work, registration, now);
}

async function insert(work: EntityManager, registration: NumberRegistration, now: Date): Promise<PhoneNumberState> {
  const { orgId, vapiPhoneId, assistantId, phoneNumber } = registration;
  const rows: NumberRow[] = await work.query(
    `insert into phone_numbers (id, org_id, origin, status, vapi_phone_number_id, phone_number, assistant_id,
       created_at, updated_at, settled_at)
     values ($1, $2, 'registered', 'active', $3, $4, $5, $6, $6, $6) returning ${NUMBER_COLUMNS}`,
    [newId(), orgId, vapiPhoneId, phoneNumber ?? null, assistantId, now],
  );
  return toNumberState(rows[0] as NumberRow);
}

/** The digits of a purchase are the provider's to say. */
async function change(
  work: EntityManager,
  id: string,
  { assistantId, phoneNumber }: NumberRegistration,
  now: Date,
): Promise<PhoneNumberState> {
  const [rows]: [NumberRow[], number] = await work.query(
    `update phone_numbers set assistant_id = $2, updated_at = $4, version = version + 1,
       phone_number = case origin when 'purchased' then phone_number else coalesce($3, phone_number) end
     where id = $1 returning ${NUMBER_COLUMNS}`,
    [id, assistantId, phoneNumber ?? null, now],
  );
  return toNumberState(rows[0] as NumberRow);
}

function boughtByAnother(): Refusal {
  const message = 'was bought by another organization: release it there first';
  return new Refusal('invalid_request', `vapiPhoneNumberId ${message}`, {
    errors: [{ path: 'vapiPhoneNumberId', message }],
  });
}
