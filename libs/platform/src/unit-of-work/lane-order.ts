/**
 * The order of a lane's batches. Batches that are judged from memory may be under way together: each begins when the one
 * before has handed its statements over, and its own travel behind those on the same connection. A batch under locks is
 * alone: it waits until everything before it has landed, and everything after it waits for it.
 */
export class LaneOrder {
  private before: Promise<void> = Promise.resolve();
  private readonly flying = new Set<Promise<void>>();

  /** @param work says when the next may begin; at the latest when it ends. */
  async together<T>(work: (handedOver: () => void) => Promise<T>): Promise<T> {
    const handedOver = await this.turn();
    const result = work(handedOver);
    const landed = result.then(
      () => undefined,
      () => undefined,
    );
    this.flying.add(landed);
    void landed.then(() => {
      this.flying.delete(landed);
      handedOver();
    });
    return result;
  }

  async alone<T>(work: () => Promise<T>): Promise<T> {
    const over = await this.turn();
    await Promise.all(this.flying);
    try {
      return await work();
    } finally {
      over();
    }
  }

  /** Resolves when everybody before has begun and let the next begin, with what lets the next begin. */
  private async turn(): Promise<() => void> {
    const { before } = this;
    let next: () => void = () => undefined;
    this.before = new Promise((resolve) => (next = resolve));
    await before;
    return next;
  }
}
