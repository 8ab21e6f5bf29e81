import { intentOf, MAX_TAG_LENGTH, tagOf } from './intent-tag';

const INTENT = '0198c7a2-5d1e-7c3b-9f00-aabbccddeeff';

describe('The tag of an intent', () => {
  it('fits the name of a number at Vapi and at Twilio', () => {
    expect(tagOf(INTENT)).toBe('hf_0198c7a25d1e7c3b9f00aabbccddeeff');
    expect(tagOf(INTENT).length).toBeLessThanOrEqual(MAX_TAG_LENGTH);
  });

  it('names its intent again', () => {
    expect(intentOf(tagOf(INTENT))).toBe(INTENT);
    expect(intentOf(tagOf(INTENT.toUpperCase()))).toBe(INTENT);
  });

  it.each([
    undefined,
    null,
    '',
    'Reception',
    'hf_',
    'hf_0198c7a2-5d1e-7c3b-9f00-aabbccddeeff',
    `${'hf_0198c7a25d1e7c3b9f00aabbccddeeff'}0`,
    'xhf_0198c7a25d1e7c3b9f00aabbccddeeff',
  ])('is not seen in %p', (name) => {
    expect(intentOf(name)).toBeNull();
  });

  it('is refused for an id that could not be read back', () => {
    expect(() => tagOf('order-17')).toThrow(RangeError);
    expect(() => tagOf('')).toThrow(RangeError);
  });
});
