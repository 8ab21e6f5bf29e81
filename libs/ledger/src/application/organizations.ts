import { Injectable } from '@nestjs/common';
import { isRefusal, newId, rateFromE4, Refusal, type Pence } from '@holdfast/kernel';
import { Settings } from '@holdfast/platform';
import { DataSource, type EntityManager } from 'typeorm';
import type { SharingPolicy } from '../domain/call-terms';
import { Organization } from './organization.entity';
import { RateCardRecord } from './rate-card.entity';
import { Ledger } from './ledger';
import { organizationNotFound } from './organization-not-found';

export interface Tariff {
  readonly pencePerMinuteE4: number;
  readonly incrementSeconds: number;
  readonly minimumSeconds: number;
  readonly connectionFeePence: Pence;
}

export interface OrganizationTerms {
  readonly name: string;
  readonly currency: string;
  readonly debtLimitPence: Pence;
  readonly lowBalancePence: Pence;
  readonly prepaidBilling: boolean;
  readonly estimatedMinutes: number;
  readonly sharing: SharingPolicy;
  readonly tariff: Partial<Tariff>;
}

export interface OrganizationView extends Omit<OrganizationTerms, 'tariff'> {
  readonly id: string;
  readonly rateCard: {
    readonly version: number;
    readonly pencePerMinute: number;
    readonly incrementSeconds: number;
    readonly minimumSeconds: number;
    readonly connectionFeePence: Pence;
  };
  readonly createdAt: Date;
}

const DEFAULTS = {
  currency: 'GBP',
  debtLimitPence: 0,
  lowBalancePence: 0,
  prepaidBilling: true,
  estimatedMinutes: 5,
  sharing: 'protect',
} as const;

type WalletTerms = { currency: string; debt_limit_pence: number };

/** Tenants and the terms of their calls. Plain records: nothing here moves money. */
@Injectable()
export class Organizations {
  constructor(
    private readonly database: DataSource,
    private readonly ledger: Ledger,
    private readonly settings: Settings,
  ) {}

  /**
   * Creates an organisation with its wallet and first rate card. A repeat with the same id and terms gives the same
   * organisation (`replayed`); with other terms it is refused (`idempotency_key_reused`): the id is the key.
   */
  async create(
    id: string | undefined,
    given: Partial<OrganizationTerms> & { name: string },
  ): Promise<{ organization: OrganizationView; replayed: boolean } | Refusal> {
    const terms = { ...DEFAULTS, ...given, tariff: { ...this.defaultTariff(), ...given.tariff } };
    const orgId = id ?? newId();
    const created = await this.database.transaction((work) => this.insert(work, orgId, terms));
    const organization = await this.get(orgId);
    if (isRefusal(organization)) return organization;
    if (!created && !isSame(organization, terms)) {
      return new Refusal('idempotency_key_reused', 'An organization with this id exists, with other settings.');
    }
    return { organization, replayed: !created };
  }

  async get(orgId: string): Promise<OrganizationView | Refusal> {
    const record = await this.database
      .getRepository(Organization)
      .findOne({ where: { id: orgId }, relations: { rateCard: true } });
    if (!record) return organizationNotFound();
    const wallets: WalletTerms[] = await this.database.query(
      'select currency, debt_limit_pence from wallets where org_id = $1',
      [orgId],
    );
    return toView(record, wallets[0] as WalletTerms);
  }

  /** In order of creation. */
  async list(limit: number, after?: { createdAt: Date; id: string }): Promise<OrganizationView[]> {
    const query = this.database
      .getRepository(Organization)
      .createQueryBuilder('o')
      .innerJoinAndSelect('o.rateCard', 'c')
      .orderBy(`date_trunc('milliseconds', o.created_at)`)
      .addOrderBy('o.id')
      .limit(limit);
    if (after) query.where(`(date_trunc('milliseconds', o.created_at), o.id) > (:createdAt, :id)`, after);
    const records = await query.getMany();
    const wallets: (WalletTerms & { org_id: string })[] = await this.database.query(
      'select org_id, currency, debt_limit_pence from wallets where org_id = any($1)',
      [records.map((record) => record.id)],
    );
    const walletOf = new Map(wallets.map((wallet) => [wallet.org_id, wallet]));
    return records.map((record) => toView(record, walletOf.get(record.id) as WalletTerms));
  }

  /** A changed tariff becomes a new version for calls that start from now on. A repeat sets the same again. */
  async change(
    orgId: string,
    change: Partial<Omit<OrganizationTerms, 'currency'>>,
  ): Promise<OrganizationView | Refusal> {
    const before = await this.get(orgId);
    if (isRefusal(before)) return before;
    if (change.debtLimitPence !== undefined) {
      const changed = await this.ledger.changeDebtLimit(orgId, change.debtLimitPence);
      if (isRefusal(changed)) return changed; // nothing else has been changed yet
    }
    const { tariff, debtLimitPence: _, ...record } = change;
    if (Object.keys({ ...record, ...tariff }).length === 0) return this.get(orgId);
    await this.database.transaction(async (work) => {
      if (Object.keys(record).length > 0) await work.update(Organization, orgId, record);
      if (tariff && Object.keys(tariff).length > 0) await this.revise(work, orgId, tariff);
    });
    return this.get(orgId);
  }

  private async insert(work: EntityManager, orgId: string, terms: OrganizationTerms): Promise<boolean> {
    const rateCardId = newId();
    const { name, prepaidBilling, estimatedMinutes, sharing, lowBalancePence } = terms;
    const inserted = await work
      .createQueryBuilder()
      .insert()
      .into(Organization)
      .values({ id: orgId, name, prepaidBilling, estimatedMinutes, sharing, lowBalancePence, rateCardId })
      .orIgnore()
      .returning('id')
      .execute();
    if ((inserted.raw as unknown[]).length === 0) return false;
    await work.insert(RateCardRecord, { id: rateCardId, orgId, version: 1, ...(terms.tariff as Tariff) });
    await work.query('insert into wallets (org_id, currency, debt_limit_pence) values ($1, $2, $3)', [
      orgId,
      terms.currency,
      terms.debtLimitPence,
    ]);
    return true;
  }

  private async revise(work: EntityManager, orgId: string, tariff: Partial<Tariff>): Promise<void> {
    const locked = await work.findOneOrFail(Organization, {
      where: { id: orgId },
      lock: { mode: 'for_no_key_update' }, // rows that name the organization may be inserted meanwhile
    });
    const current = await work.findOneByOrFail(RateCardRecord, { id: locked.rateCardId });
    const next = { ...tariffOf(current), ...tariff };
    if (JSON.stringify(next) === JSON.stringify(tariffOf(current))) return;
    const id = newId();
    await work.insert(RateCardRecord, { id, orgId, version: current.version + 1, ...next });
    await work.update(Organization, orgId, { rateCardId: id });
  }

  private defaultTariff(): Tariff {
    return {
      pencePerMinuteE4: this.settings.defaultPencePerMinuteE4,
      incrementSeconds: this.settings.defaultIncrementSeconds,
      minimumSeconds: 0,
      connectionFeePence: 0,
    };
  }
}

function tariffOf(card: RateCardRecord): Tariff {
  return {
    pencePerMinuteE4: card.pencePerMinuteE4,
    incrementSeconds: card.incrementSeconds,
    minimumSeconds: card.minimumSeconds,
    connectionFeePence: card.connectionFeePence,
  };
}

function toView(record: Organization, wallet: WalletTerms): OrganizationView {
  const card = record.rateCard as RateCardRecord;
  const { pencePerMinuteE4, ...rest } = tariffOf(card);
  return {
    id: record.id,
    name: record.name,
    currency: wallet.currency,
    debtLimitPence: wallet.debt_limit_pence,
    lowBalancePence: record.lowBalancePence,
    prepaidBilling: record.prepaidBilling,
    estimatedMinutes: record.estimatedMinutes,
    sharing: record.sharing,
    rateCard: { version: card.version, pencePerMinute: rateFromE4(pencePerMinuteE4), ...rest },
    createdAt: record.createdAt,
  };
}

function isSame(view: OrganizationView, terms: OrganizationTerms): boolean {
  const { pencePerMinute, incrementSeconds, minimumSeconds, connectionFeePence } = view.rateCard;
  const tariff = terms.tariff as Tariff;
  return (
    view.name === terms.name &&
    view.currency === terms.currency &&
    view.debtLimitPence === terms.debtLimitPence &&
    view.lowBalancePence === terms.lowBalancePence &&
    view.prepaidBilling === terms.prepaidBilling &&
    view.estimatedMinutes === terms.estimatedMinutes &&
    view.sharing === terms.sharing &&
    pencePerMinute === rateFromE4(tariff.pencePerMinuteE4) &&
    incrementSeconds === tariff.incrementSeconds &&
    minimumSeconds === tariff.minimumSeconds &&
    connectionFeePence === tariff.connectionFeePence
  );
}
