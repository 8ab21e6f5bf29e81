import { Organizations1700000000001 } from './1700000000001-organizations';
import { Journal1700000000002 } from './1700000000002-journal';
import { Reservations1700000000003 } from './1700000000003-reservations';
import { ApiKeys1700000000004 } from './1700000000004-api-keys';
import { Calls1700000000005 } from './1700000000005-calls';
import { WebhookDeliveries1700000000006 } from './1700000000006-webhook-deliveries';
import { PhoneNumbers1700000000007 } from './1700000000007-phone-numbers';
import { NumberPurchases1700000000008 } from './1700000000008-number-purchases';
import { TermsArePartOfTheWallet1700000000009 } from './1700000000009-terms-are-part-of-the-wallet';
import { LighterWalls1700000000010 } from './1700000000010-lighter-walls';
import { FewerWaysToACall1700000000011 } from './1700000000011-fewer-ways-to-a-call';
import { HoldsAreCountedAnew1700000000012 } from './1700000000012-holds-are-counted-anew';
import { ADeliveryThatWaitsKeepsTheWayToItsCall1700000000013 } from './1700000000013-a-delivery-that-waits-keeps-the-way-to-its-call';
import { WhatNamesACallInItsOrder1700000000014 } from './1700000000014-what-names-a-call-in-its-order';
import { AWalletsCreditsAreFoundAmongItsCalls1700000000015 } from './1700000000015-a-wallets-credits-are-found-among-its-calls';
import { WhatWasAddedToAMigrationThatHadRun1700000000016 } from './1700000000016-what-was-added-to-a-migration-that-had-run';

/** In order. Listed, not globbed: globs resolve differently in source, build and tests. */
export const MIGRATIONS = [
  Organizations1700000000001,
  Journal1700000000002,
  Reservations1700000000003,
  ApiKeys1700000000004,
  Calls1700000000005,
  WebhookDeliveries1700000000006,
  PhoneNumbers1700000000007,
  NumberPurchases1700000000008,
  TermsArePartOfTheWallet1700000000009,
  LighterWalls1700000000010,
  FewerWaysToACall1700000000011,
  HoldsAreCountedAnew1700000000012,
  ADeliveryThatWaitsKeepsTheWayToItsCall1700000000013,
  WhatNamesACallInItsOrder1700000000014,
  AWalletsCreditsAreFoundAmongItsCalls1700000000015,
  WhatWasAddedToAMigrationThatHadRun1700000000016,
] as const;
