import { createHash } from 'node:crypto';
import type { QueryRunner } from 'typeorm';
import { MIGRATIONS } from '../../../../migrations';

/** What each one says to the database, in short. Add the line of a new one; never change a line: write another migration. */
const AS_THEY_HAVE_RUN: Readonly<Record<string, string>> = {
  Organizations1700000000001: '149874116969',
  Journal1700000000002: '5bda10e2e6d0',
  Reservations1700000000003: '1c59fe8a1865',
  ApiKeys1700000000004: 'a5ee0368f6ba',
  Calls1700000000005: '453dddb705d7',
  WebhookDeliveries1700000000006: '01185d3a9d1f',
  PhoneNumbers1700000000007: '93bd0d8321e9',
  NumberPurchases1700000000008: '54bd08e5b6fc',
  TermsArePartOfTheWallet1700000000009: 'a381516ce43b',
  LighterWalls1700000000010: '8fa688a1c7af',
  FewerWaysToACall1700000000011: '6f574cb54229',
  HoldsAreCountedAnew1700000000012: '3333b0c68a11',
  ADeliveryThatWaitsKeepsTheWayToItsCall1700000000013: '3652e4e014d6',
  WhatNamesACallInItsOrder1700000000014: 'e5321b10b6fc',
  AWalletsCreditsAreFoundAmongItsCalls1700000000015: '824ad278a207',
  WhatWasAddedToAMigrationThatHadRun1700000000016: '935040af02c1',
};

async function shortOf(Migration: (typeof MIGRATIONS)[number]): Promise<string> {
  const said: string[] = [];
  const listener = { query: (sql: string) => Promise.resolve(said.push(sql)) } as unknown as QueryRunner;
  await new Migration().up(listener);
  return createHash('sha256').update(said.join('\n')).digest('hex').slice(0, 12);
}

// A database that an earlier text was run on would for ever lack the difference: two were changed, and it did (migration 16).
it('a migration that may have run somewhere says for ever what it said', async () => {
  const now = await Promise.all(MIGRATIONS.map(async (one) => [one.name, await shortOf(one)] as const));
  expect(Object.fromEntries(now)).toEqual(AS_THEY_HAVE_RUN);
});
