import type { Pence } from '@holdfast/kernel';
import { want, type Command } from '@holdfast/platform';
import { WALLETS } from './wallets.shelf';
import { organizationNotFound } from './organization-not-found';

/** Sets how far calls may take the wallet below zero. Refused (`debt_limit_in_use`) under what is in use already. */
export function changeDebtLimit(orgId: string, debtLimitPence: Pence): Command<{ debtLimitPence: Pence }> {
  return {
    key: orgId,
    wants: [want(WALLETS, orgId)],
    decide(desk) {
      const wallet = desk.on(WALLETS).get(orgId);
      if (!wallet) return organizationNotFound();
      return wallet.changeDebtLimit(debtLimitPence) ?? { debtLimitPence };
    },
  };
}
