import { Injectable } from '@nestjs/common';
import type { OpenOrders } from '@holdfast/ledger';
import { DataSource } from 'typeorm';

/** Answers the ledger's question whether a charge paid for a number whose order, or release, is still open. */
@Injectable()
export class SqlOpenNumberOrders implements OpenOrders {
  constructor(private readonly database: DataSource) {}

  async howToEnd(orgId: string, chargeId: string): Promise<string | null> {
    // One that was refunded before this rule is the ledger's to judge: a repeat of its key answers as it did then.
    const [open]: { id: string; is_ordered: boolean }[] = await this.database.query(
      `select id, step <> 'releasing' as is_ordered from phone_numbers n
       where org_id = $1 and charge_id = $2 and step is not null
         and not exists (select from credit_transactions refund where refund.refund_of = n.charge_id)`,
      [orgId, chargeId],
    );
    if (!open) return null;
    const route = `POST /api/admin/phone-numbers/${open.id}/end`;
    return open.is_ordered ? `${route} ends and refunds it` : `the number is being released; ${route} ends that`;
  }
}
