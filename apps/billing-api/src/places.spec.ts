import { Places, type Guest } from './places';

const inside = (places: Places<Guest>): Guest[] => {
  const found: Guest[] = [];
  places.forEach((guest) => found.push(guest));
  return found;
};

describe('places', () => {
  it('are taken and left, by each guest once', () => {
    const places = new Places<Guest>();
    const [first, second]: Guest[] = [{}, {}];
    places.take(first as Guest);
    places.take(second as Guest);
    expect(places.taken).toBe(2);
    expect(places.leave(first as Guest)).toBe(true);
    expect(places.leave(first as Guest)).toBe(false);
    expect(places.taken).toBe(1);
    expect(inside(places)).toEqual([second]);
  });

  it('are used again before there are more of them, and name nobody who has left', () => {
    const places = new Places<Guest>();
    for (let round = 0; round < 1_000; round++) {
      const guest: Guest = {};
      places.take(guest);
      expect(guest.place).toBe(0);
      places.leave(guest);
    }
    expect(places.taken).toBe(0);
    expect(JSON.stringify(places)).toBe('{"guests":[null],"free":[0]}');
  });

  it('let whoever is looked at leave, and come back', () => {
    const places = new Places<Guest>();
    const guests: Guest[] = [{}, {}, {}];
    for (const guest of guests) places.take(guest);
    places.forEach((guest) => places.leave(guest));
    expect([places.taken, inside(places)]).toEqual([0, []]);
    for (const guest of guests) places.take(guest);
    expect(new Set(inside(places))).toEqual(new Set(guests));
    expect(places.taken).toBe(3);
  });
});
