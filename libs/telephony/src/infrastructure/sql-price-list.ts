import { Injectable } from '@nestjs/common';
import type { Pence } from '@holdfast/kernel';
import { EngineClock } from '@holdfast/platform';
import { DataSource } from 'typeorm';
import { COUNTRIES, NUMBER_TYPES, type Country, type NumberType } from '../application/number-provider.port';
import {
  DEFAULT_NUMBER_PRICE_PENCE,
  PriceList,
  type ListedPrice,
  type NumberPrice,
} from '../application/price-list.port';

interface PriceRow {
  country: Country;
  number_type: NumberType;
  price_pence: number;
  updated_at: Date;
}

@Injectable()
export class SqlPriceList extends PriceList {
  constructor(
    private readonly database: DataSource,
    private readonly clock: EngineClock,
  ) {
    super();
  }

  async priceOf(country: Country, numberType: NumberType): Promise<Pence> {
    const rows: Pick<PriceRow, 'price_pence'>[] = await this.database.query(
      'select price_pence from phone_number_prices where country = $1 and number_type = $2',
      [country, numberType],
    );
    return rows[0]?.price_pence ?? DEFAULT_NUMBER_PRICE_PENCE;
  }

  async all(): Promise<ListedPrice[]> {
    const rows: PriceRow[] = await this.database.query(
      'select country, number_type, price_pence, updated_at from phone_number_prices',
    );
    const set = new Map(rows.map((row) => [`${row.country} ${row.number_type}`, row]));
    return COUNTRIES.flatMap((country) =>
      NUMBER_TYPES.map((numberType) => {
        const row = set.get(`${country} ${numberType}`);
        const pricePence = row?.price_pence ?? DEFAULT_NUMBER_PRICE_PENCE;
        return { country, numberType, pricePence, updatedAt: row?.updated_at ?? null };
      }),
    );
  }

  async set(prices: readonly NumberPrice[], updatedBy: string): Promise<void> {
    const now = await this.clock.now();
    await this.database.query(
      `insert into phone_number_prices (country, number_type, price_pence, updated_at, updated_by)
       select country, number_type, price_pence, $4::timestamptz, $5::text
       from unnest($1::text[], $2::text[], $3::bigint[]) as v (country, number_type, price_pence)
       order by country, number_type
       on conflict (country, number_type) do update
         set price_pence = excluded.price_pence, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
      [
        prices.map((price) => price.country),
        prices.map((price) => price.numberType),
        prices.map((price) => price.pricePence),
        now,
        updatedBy,
      ],
    );
  }
}
