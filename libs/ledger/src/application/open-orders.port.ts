/**
 * Orders whose price is charged and whose end is still open: whoever carries them out gives the charge back in the same
 * atom in which they fail. A refund by hand before that would be one that their end knows nothing of.
 */
export interface OpenOrders {
  /** @returns what to do about it instead, half a sentence; null: this charge may be refunded by hand */
  howToEnd(orgId: string, chargeId: string): Promise<string | null>;
}

export const OPEN_ORDERS = Symbol('OpenOrders');
