import type { Scene } from '../stage';
import { aBrokeTenant } from './a-broke-tenant';
import { aCallWithoutAHold } from './a-call-without-a-hold';
import { aLongCall } from './a-long-call';
import { aLostReport } from './a-lost-report';
import { anAssetIsPaidOnce } from './an-asset-is-paid-once';
import { aShortCall } from './a-short-call';
import { callsOfAnotherClient } from './calls-of-another-client';
import { tenantsTopUp } from './tenants-top-up';

export const STORY: readonly Scene[] = [
  tenantsTopUp,
  anAssetIsPaidOnce,
  aShortCall,
  aLongCall,
  aCallWithoutAHold,
  aLostReport,
  callsOfAnotherClient,
  aBrokeTenant,
];
