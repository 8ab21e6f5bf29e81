import { randomUUID } from 'node:crypto';
import type { SeededRandom } from '../chance/seeded-random';
import { VAPI_ORG_ID } from '../messages/wire-call';
import type { Schedule } from '../time/schedule';
import { isoTime } from '../time/simulated-clock';
import type { PhoneNumber } from './phone-number';
import type { ChangedPhoneNumber, NewPhoneNumber } from './phone-number.schema';

const DEFAULT_AREA_CODE = '415';

/** The phone numbers of the account. Vapi's free numbers may take a while from `activating` to `active`. */
export class PhoneNumberRegistry {
  private readonly numbers = new Map<string, PhoneNumber>();

  constructor(
    private readonly schedule: Schedule,
    private readonly random: SeededRandom,
    private readonly activatingSeconds = 0,
  ) {}

  create(wanted: NewPhoneNumber, id: string = randomUUID()): PhoneNumber {
    const now = isoTime(this.schedule.clock.nowMs());
    const activates = wanted.provider === 'vapi' && this.activatingSeconds > 0;
    const number: PhoneNumber = {
      ...wanted,
      id,
      orgId: VAPI_ORG_ID,
      number: this.numberFor(wanted),
      status: activates ? 'activating' : 'active',
      createdAt: now,
      updatedAt: now,
    };
    this.numbers.set(id, number);
    if (activates) this.schedule.after(this.activatingSeconds * 1000, () => this.change(id, { status: 'active' }));
    return number;
  }

  list(limit = 100): PhoneNumber[] {
    return [...this.numbers.values()].reverse().slice(0, limit);
  }

  get(id: string): PhoneNumber | undefined {
    return this.numbers.get(id);
  }

  change(id: string, change: ChangedPhoneNumber): PhoneNumber | undefined {
    const number = this.numbers.get(id);
    if (!number) return undefined;
    const updatedAt = isoTime(this.schedule.clock.nowMs());
    const changed = { ...number, ...change, id, orgId: number.orgId, createdAt: number.createdAt, updatedAt };
    this.numbers.set(id, changed);
    return changed;
  }

  delete(id: string): PhoneNumber | undefined {
    const number = this.numbers.get(id);
    this.numbers.delete(id);
    return number;
  }

  private numberFor(wanted: NewPhoneNumber): string | undefined {
    if (wanted.provider !== 'vapi') return wanted.number;
    if (wanted.sipUri) return undefined;
    return `+1${wanted.numberDesiredAreaCode ?? DEFAULT_AREA_CODE}555${String(this.random.whole(0, 9999)).padStart(4, '0')}`;
  }
}
