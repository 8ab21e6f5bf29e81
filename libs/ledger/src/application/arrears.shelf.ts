import { Shelf } from '@holdfast/platform';
import type { Arrears } from '../domain/arrears';

/** `collect`: the organisation is about to be credited, so what it owes must be at hand. */
export interface ArrearsNeed {
  readonly orgId: string;
  readonly collect: boolean;
}

/** What organisations owe: fetched for those being credited, and what arises in this batch. */
export class ArrearsBook {
  private readonly byOrg = new Map<string, Arrears[]>();
  private readonly collectedBefore = new Map<Arrears, number>();
  readonly arisen: Arrears[] = [];

  /** Oldest first. */
  owedBy(orgId: string): readonly Arrears[] {
    return this.byOrg.get(orgId) ?? [];
  }

  fetched(arrears: Arrears): void {
    this.collectedBefore.set(arrears, arrears.collectedPence);
    this.append(arrears);
  }

  arise(arrears: Arrears): void {
    this.arisen.push(arrears);
    this.append(arrears);
  }

  get collected(): readonly { readonly arrears: Arrears; readonly before: number }[] {
    return [...this.collectedBefore]
      .filter(([arrears, before]) => arrears.collectedPence !== before)
      .map(([arrears, before]) => ({ arrears, before }));
  }

  private append(arrears: Arrears): void {
    const owed = this.byOrg.get(arrears.orgId);
    if (owed) owed.push(arrears);
    else this.byOrg.set(arrears.orgId, [arrears]);
  }
}

export const ARREARS = new Shelf<ArrearsNeed, ArrearsBook>('arrears', 'read');
