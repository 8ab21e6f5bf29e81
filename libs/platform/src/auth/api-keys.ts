import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { newId } from '@holdfast/kernel';
import { DataSource, IsNull } from 'typeorm';
import { Settings } from '../settings/settings';
import { ApiKey } from './api-key.entity';
import type { Caller } from './caller';

/** 256 bits: beyond guessing, so a plain SHA-256 is enough to store it by. */
const KEY_BYTES = 32;
const KEY_PREFIX = 'hf_';
const SHOWN_CHARACTERS = 11;
/** For this long another replica's revocation may go unseen; this process sees its own at once. */
const REMEMBERED_MS = 1_000;
/** More distinct keys than this in one second are not remembered; they are looked up each time. */
const MAX_REMEMBERED = 10_000;
/** Credentials seen lately, with what never changes about them: a digest made anew is 3 µs, comparing it another one. */
const MAX_CREDENTIALS = 1_000;
/** A longer credential is not one of ours and is not worth hashing. */
const MAX_KEY_LENGTH = 256;

interface Credential {
  readonly hashHex: string;
  readonly isOperators: boolean;
}

interface Remembered {
  /** The caller once it is known; until then all who ask wait for the same look. */
  caller: Promise<Caller | null> | Caller;
  readonly until: number;
}

const OPERATOR: Caller = { kind: 'operator' };

/** Keys of organisations, and the operator's. Shown once, stored hashed, revocable at once. */
@Injectable()
export class ApiKeys {
  private readonly operatorHash: Buffer;
  private readonly remembered = new Map<string, Remembered>();
  private readonly credentials = new Map<string, Credential>();

  constructor(
    private readonly database: DataSource,
    settings: Settings,
  ) {
    this.operatorHash = digest(settings.adminApiKey);
  }

  /** Who holds this key; null when nobody does. At once for one seen a moment ago: most requests need no promise. */
  callerWith(key: string): Promise<Caller | null> | Caller | null {
    if (key.length === 0 || key.length > MAX_KEY_LENGTH) return null;
    const { isOperators, hashHex } = this.credentialOf(key);
    if (isOperators) return OPERATOR;
    const known = this.remembered.get(hashHex);
    if (known && known.until > Date.now()) return known.caller;
    const caller = this.lookUp(hashHex);
    const remembered: Remembered = { caller, until: Date.now() + REMEMBERED_MS };
    if (this.remembered.size >= MAX_REMEMBERED) this.remembered.clear();
    this.remembered.set(hashHex, remembered);
    caller.then(
      (found) => (found === null ? this.forget(hashHex, remembered) : (remembered.caller = found)),
      () => this.forget(hashHex, remembered),
    );
    return caller;
  }

  /** Makes a key; the only time it is shown. Every call makes another one. */
  async create(orgId: string, name: string): Promise<{ id: string; name: string; key: string; createdAt: Date }> {
    const key = KEY_PREFIX + randomBytes(KEY_BYTES).toString('base64url');
    const record = await this.database.getRepository(ApiKey).save({
      id: newId(),
      orgId,
      name,
      keyHash: digest(key).toString('hex'),
      keyPrefix: key.slice(0, SHOWN_CHARACTERS),
      revokedAt: null,
    });
    return { id: record.id, name, key, createdAt: record.createdAt };
  }

  list(orgId: string): Promise<ApiKey[]> {
    return this.database.getRepository(ApiKey).find({ where: { orgId }, order: { createdAt: 'ASC', id: 'ASC' } });
  }

  /** @returns false when the organisation has no such key. Revoking twice is a repeat. */
  async revoke(orgId: string, id: string): Promise<boolean> {
    const keys = this.database.getRepository(ApiKey);
    await keys.update({ orgId, id, revokedAt: IsNull() }, { revokedAt: () => 'clock_timestamp()' });
    this.remembered.clear();
    return keys.existsBy({ orgId, id });
  }

  /** By the table that `api_keys` refers to: whoever has no key may still exist. */
  async hasOrganization(orgId: string): Promise<boolean> {
    const found: unknown[] = await this.database.query('select 1 from organizations where id = $1', [orgId]);
    return found.length > 0;
  }

  private forget(hashHex: string, remembered: Remembered): void {
    if (this.remembered.get(hashHex) === remembered) this.remembered.delete(hashHex);
  }

  private credentialOf(key: string): Credential {
    const known = this.credentials.get(key);
    if (known) return known;
    const hash = digest(key);
    const credential = { hashHex: hash.toString('hex'), isOperators: timingSafeEqual(hash, this.operatorHash) };
    if (this.credentials.size >= MAX_CREDENTIALS) this.credentials.clear();
    this.credentials.set(key, credential);
    return credential;
  }

  private async lookUp(hashHex: string): Promise<Caller | null> {
    const rows: { id: string; org_id: string }[] = await this.database.query(
      'select id, org_id from api_keys where key_hash = $1 and revoked_at is null',
      [hashHex],
    );
    return rows[0] ? { kind: 'organization', orgId: rows[0].org_id, keyId: rows[0].id } : null;
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
