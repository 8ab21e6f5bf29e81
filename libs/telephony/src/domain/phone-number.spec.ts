import { addSeconds, secondsBetween } from '@holdfast/kernel';
import { PhoneNumber, type PhoneNumberState } from './phone-number';
import { LEASE_SECONDS, retryDelaySeconds, secondsUntilStuck, STUCK_AFTER_SECONDS } from './phone-number-patience';

const NOW = new Date('2026-11-23T10:00:00Z');
const later = (seconds: number): Date => addSeconds(NOW, seconds);

function ordered(): PhoneNumber {
  const order = {
    id: 'n-1',
    orgId: 'o-1',
    country: 'US',
    numberType: 'local',
    areaCode: '212',
    direction: 'inbound' as const,
    assistantId: 'a-1',
    costPence: 1_000,
    chargeId: 't-1',
    idempotencyKey: 'k-1',
    requestFingerprint: 'f-1',
    createdBy: 'operator',
    provider: 'sandbox',
  };
  return PhoneNumber.order(order, NOW);
}

const AT_PROVIDER = { phoneNumber: '+12125550001', providerRef: 'p-1' };
const AT_VAPI = { ...AT_PROVIDER, vapiPhoneId: 'v-1' };

type Life = (number: PhoneNumber) => void;
const buying: Life = (n) => n.startBuying(NOW);
const bought: Life = (n) => (buying(n), n.bought(AT_PROVIDER, NOW));
const active: Life = (n) => (bought(n), n.activate(AT_VAPI, NOW));
const givingBack: Life = (n) => (bought(n), n.giveBack(AT_PROVIDER, 'number_blocked', 'blocked', NOW));
const failed: Life = (n) => (givingBack(n), n.fail('t-2', 'number_blocked', null, NOW));
const releasing: Life = (n) => (active(n), n.release(NOW));
const released: Life = (n) => (releasing(n), n.released(NOW));

function lived(life: Life): PhoneNumber {
  const number = ordered();
  life(number);
  return number;
}

describe('a phone number', () => {
  it('belongs to whoever ordered it until its lease ends', () => {
    expect(ordered().state).toMatchObject({
      status: 'pending',
      step: 'charged',
      lease: 1,
      nextAttemptAt: later(LEASE_SECONDS),
    });
  });

  it.each<[string, Life, Partial<PhoneNumberState>]>([
    ['buying', buying, { status: 'pending', step: 'buying', stepSince: NOW }],
    ['bought', bought, { status: 'pending', step: 'registering', ...AT_PROVIDER, vapiPhoneId: null }],
    ['active', active, { status: 'active', step: null, nextAttemptAt: null, ...AT_VAPI, settledAt: NOW }],
    ['given back', givingBack, { status: 'pending', step: 'giving_back', failureReason: 'number_blocked' }],
    ['failed', failed, { status: 'failed', step: null, nextAttemptAt: null, refundId: 't-2', lastError: 'blocked' }],
    ['releasing', releasing, { status: 'releasing', step: 'releasing', lease: 2, vapiPhoneId: 'v-1' }],
    ['released', released, { status: 'released', step: null, nextAttemptAt: null, settledAt: NOW }],
  ])('%s says what is left to do', (_name, life, state) => {
    expect(lived(life).state).toMatchObject(state);
  });

  it.each<[string, Life, Life]>([
    ['buying', buying, buying],
    ['bought', bought, (n) => n.bought({ phoneNumber: '+1', providerRef: 'other' }, later(9))],
    ['active', active, (n) => n.activate({ ...AT_VAPI, vapiPhoneId: 'other' }, later(9))],
    ['given back', givingBack, (n) => n.giveBack(AT_PROVIDER, 'provider_rejected', 'again', later(9))],
    ['released', released, (n) => n.release(later(9))],
  ])('%s twice is %s once', (_name, life, again) => {
    const number = lived(life);
    const before = number.state;
    again(number);
    expect(number.state).toBe(before);
  });

  it('that is taken belongs to the taker, at the same step since the same moment', () => {
    const number = lived(bought);
    const { lease, step, stepSince } = number.state;
    number.take(later(600));
    expect(number.state).toMatchObject({
      lease: lease + 1,
      step,
      stepSince,
      nextAttemptAt: later(600 + LEASE_SECONDS),
    });
    const settled = lived(active);
    const before = settled.state;
    settled.take(later(600)); // nothing is left to do
    expect(settled.state).toBe(before);
  });

  it('whose release nobody confirms is released on an operator’s word, which is noted', () => {
    const number = lived(releasing);
    number.released(later(9), 'ended by operator: closed');
    expect(number.state).toMatchObject({ status: 'released', lastError: 'ended by operator: closed', refundId: null });
  });

  it('is unknown, not pending, once a purchase that was sent has no answer', () => {
    const setback = { attempts: 1, detail: 'timed out' };
    const sent = lived(buying);
    sent.setBack(setback, NOW);
    expect(sent.state).toMatchObject({
      status: 'unknown',
      attempts: 1,
      lastError: 'timed out',
      nextAttemptAt: later(5),
    });
    const registering = lived(bought);
    registering.setBack(setback, NOW);
    expect(registering.state.status).toBe('pending');
  });

  it('is given back by what is known of it, also when it was found in vain before anybody had noted it', () => {
    const found = lived(buying);
    found.giveBack(AT_PROVIDER, 'number_blocked', 'blocked', NOW);
    expect(found.state).toMatchObject({ step: 'giving_back', ...AT_PROVIDER });
  });

  it('is looked at again no later than absence can be believed', () => {
    const number = lived(buying);
    number.setBack({ attempts: 6, detail: '', notAfter: later(30) }, NOW);
    expect(number.state.nextAttemptAt).toEqual(later(30));
    number.setBack({ attempts: 7, detail: '', notAfter: later(-1) }, NOW); // that moment has passed
    expect(secondsBetween(NOW, number.state.nextAttemptAt as Date)).toBe(120);
  });

  it('that was only registered is let go without asking a provider', () => {
    const number = PhoneNumber.fetched({ ...lived(active).state, origin: 'registered' }, 1);
    number.release(NOW);
    expect(number.state).toMatchObject({ status: 'released', step: null });
  });
});

describe('the pause after a try that failed', () => {
  it.each([
    [1, 0, 5],
    [2, 0, 10],
    [5, 0, 80],
    [6, 0, 120],
    [1_000_000, 0, 120],
    [1, 60, 60],
    [6, 60, 120],
    [1, 86_400, 3_600],
  ])('number %s, when the provider asks for %s s, is %s s', (attempts, asked, seconds) => {
    expect(retryDelaySeconds(attempts, asked)).toBe(seconds);
  });
});

describe('a step', () => {
  it.each([
    [0, STUCK_AFTER_SECONDS],
    [STUCK_AFTER_SECONDS - 0.5, 1],
    [STUCK_AFTER_SECONDS, 0],
    [STUCK_AFTER_SECONDS + 60, -60],
  ])('that began %s s ago is stuck in %s s', (ago, seconds) => {
    expect(secondsUntilStuck(NOW, later(ago))).toBe(seconds);
  });
});
