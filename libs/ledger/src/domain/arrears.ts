import type { Pence } from '@holdfast/kernel';

/** Cost of a call that the wallet could not pay when it ended; collected, oldest first, from the next credit. */
export class Arrears {
  constructor(
    readonly id: string,
    readonly orgId: string,
    readonly callId: string,
    readonly vapiCallId: string | null,
    readonly amountPence: Pence,
    private collected: Pence,
    readonly createdAt: Date,
  ) {}

  get collectedPence(): Pence {
    return this.collected;
  }

  get openPence(): Pence {
    return this.amountPence - this.collected;
  }

  collect(pence: Pence): void {
    if (pence < 1 || pence > this.openPence) throw new RangeError(`cannot collect ${pence} of ${this.openPence} pence`);
    this.collected += pence;
  }
}
