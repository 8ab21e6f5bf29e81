import { readVapiFixtures } from '../../../../test/fixtures/vapi/read-fixtures';
import { redactHeaders } from './redact-headers';

describe('stored headers', () => {
  it('show harmless values, and of all others the length', () => {
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'axios/1.8.4\u0000',
      'x-vapi-secret': 'test-vapi-secret-visible',
      authorization: '',
      'x-my-own-signature': 'sha256=abc',
      cookie: ['a=1', 'b=2'],
      missing: undefined,
    };
    expect(redactHeaders(headers)).toEqual({
      'content-type': 'application/json',
      'user-agent': 'axios/1.8.4\ufffd',
      'x-vapi-secret': '[24 characters]',
      authorization: '[0 characters]',
      'x-my-own-signature': '[10 characters]',
      cookie: '[2 values]',
      missing: '[0 values]',
    });
  });

  it('leak no secret of any fixture', () => {
    const shown = JSON.stringify(readVapiFixtures().map(({ headers }) => redactHeaders(headers)));
    expect(shown).not.toMatch(/test-vapi-secret-visible|b011b6ff/);
  });
});
