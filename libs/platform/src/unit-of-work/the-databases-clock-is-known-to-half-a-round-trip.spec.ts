import { DatabaseClock } from './database-clock';

const BASE_MS = Date.UTC(2030, 0, 1);
/** The machine's clocks, as the test sets them. */
let monotonicMs: number;
let wallMs: number;

beforeEach(() => {
  monotonicMs = 5_000;
  wallMs = BASE_MS;
  jest.spyOn(performance, 'now').mockImplementation(() => monotonicMs);
  jest.spyOn(Date, 'now').mockImplementation(() => wallMs);
});

afterEach(() => jest.restoreAllMocks());

const pass = (ms: number): void => {
  monotonicMs += ms;
  wallMs += ms;
};

/** The database, an hour ahead, answers after a round trip in the middle of which it looks at its clock. */
function measure(clock: DatabaseClock, roundTripMs: number, aheadMs = 3_600_000): void {
  const sentAtMs = monotonicMs;
  pass(roundTripMs / 2);
  const now = new Date(wallMs + aheadMs);
  pass(roundTripMs / 2);
  clock.measured(now, sentAtMs);
}

const errorOf = (clock: DatabaseClock, aheadMs = 3_600_000): number =>
  (clock.now() as Date).getTime() - (wallMs + aheadMs);

describe("the database's clock", () => {
  it('is not known before it was asked', () => {
    expect(new DatabaseClock().now()).toBeUndefined();
  });

  it('goes on from the middle of the round trip in which it was asked', () => {
    const clock = new DatabaseClock();
    measure(clock, 8);
    expect(errorOf(clock)).toBe(0);
    pass(30_000);
    expect(errorOf(clock)).toBe(0);
  });

  it('is asked anew after a second, and not believed after a minute', () => {
    const clock = new DatabaseClock();
    measure(clock, 2);
    expect(clock.wantsMeasuring).toBe(false);
    pass(1_001);
    expect(clock.wantsMeasuring).toBe(true);
    pass(60_000);
    expect(clock.now()).toBeUndefined();
  });

  it('keeps a precise measurement against a slow one, until it has grown old', () => {
    const clock = new DatabaseClock();
    measure(clock, 2);
    pass(5_000);
    measure(clock, 400, 3_600_150);
    expect(errorOf(clock)).toBe(0);
    pass(61_000);
    measure(clock, 400, 3_600_150);
    expect(errorOf(clock, 3_600_150)).toBe(0);
  });

  it('never goes back by the imprecision of a measurement', () => {
    const clock = new DatabaseClock();
    measure(clock, 2);
    const before = (clock.now() as Date).getTime();
    measure(clock, 2, 3_600_000 - 40);
    expect((clock.now() as Date).getTime()).toBeGreaterThanOrEqual(before);
  });

  it('follows when the database itself is set back', () => {
    const clock = new DatabaseClock();
    measure(clock, 2);
    clock.now();
    measure(clock, 2, 0);
    expect(errorOf(clock, 0)).toBe(0);
  });

  it('is not believed after the machine was asleep, or its own clock was set', () => {
    const clock = new DatabaseClock();
    measure(clock, 2);
    wallMs += 10 * 60_000;
    expect(clock.now()).toBeUndefined();
  });
});
