import type { NumberCriteria } from '../application/number-provider.port';
import { isE164, refusalOfCriteria } from './offered-numbers';

describe('What numbers exist', () => {
  it.each<NumberCriteria>([
    { country: 'US', numberType: 'local', areaCode: '415' },
    { country: 'US', numberType: 'toll_free', areaCode: '888' },
    { country: 'CA', numberType: 'local' },
    { country: 'GB', numberType: 'local', areaCode: '020' },
    { country: 'GB', numberType: 'mobile' },
    { country: 'AU', numberType: 'mobile' },
  ])('%j can be asked for', (criteria) => {
    expect(refusalOfCriteria(criteria)).toBeNull();
  });

  it.each<NumberCriteria>([
    { country: 'US', numberType: 'mobile' },
    { country: 'CA', numberType: 'mobile' },
    { country: 'US', numberType: 'local', areaCode: '015' },
    { country: 'US', numberType: 'local', areaCode: '41' },
    { country: 'US', numberType: 'local', areaCode: '4155' },
    { country: 'GB', numberType: 'local', areaCode: '0' },
    { country: 'AU', numberType: 'local', areaCode: '2; drop' },
  ])('%j is refused before anybody is asked', (criteria) => {
    expect(refusalOfCriteria(criteria)).toMatchObject({ kind: 'refused', reason: 'not_offered' });
  });

  it('a masked number is no number', () => {
    expect(isE164('+16505558621')).toBe(true);
    expect(isE164('+165****8621')).toBe(false);
    expect(isE164('6505558621')).toBe(false);
  });
});
