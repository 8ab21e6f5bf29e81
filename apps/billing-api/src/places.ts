/** Somebody who may be inside; `place` belongs to {@link Places}. */
export interface Guest {
  place?: number;
}

/**
 * Who is inside, each at a place of its own. Not a Set: once a Set has lived for a while, V8 lays out each of its tables anew
 * in the old generation, and a table that was replaced keeps what it named alive until the next full collection. Every
 * answered request was copied from one collection to the next for nothing.
 */
export class Places<Inside extends Guest> {
  private readonly guests: (Inside | undefined)[] = [];
  private readonly free: number[] = [];

  get taken(): number {
    return this.guests.length - this.free.length;
  }

  take(guest: Inside): void {
    guest.place = this.free.pop() ?? this.guests.length;
    this.guests[guest.place] = guest;
  }

  /** @returns false when the guest was not inside. */
  leave(guest: Inside): boolean {
    const { place } = guest;
    if (place === undefined) return false;
    guest.place = undefined;
    this.guests[place] = undefined;
    this.free.push(place);
    return true;
  }

  /** In no order. Whoever is looked at may leave. */
  forEach(look: (guest: Inside) => void): void {
    for (const guest of this.guests) if (guest) look(guest);
  }
}
