import { checkControlUrl, parseControlHosts } from './control-url.policy';

const hosts = parseControlHosts(' .vapi.ai, localhost:4010,127.0.0.1:80,[::1]:4010 , control.example.test,');

describe('a control URL', () => {
  test.each([
    ['https://phone-call-websocket.aws-us-west-2-backend-production2.vapi.ai/01a0/control'],
    ['https://PHONE.VAPI.AI/x'],
    ['https://phone.vapi.ai:443/x'],
    ['<https://phone.vapi.ai/x>'],
    [' https://phone.vapi.ai/x\n'],
    ['https://control.example.test/x'],
    ['https://a.control.example.test/x'],
    ['http://localhost:4010/x'],
    ['https://localhost:4010/x'],
    ['http://127.0.0.1/x'],
    ['http://[::1]:4010/x'],
  ])('may be requested: %p', (url) => {
    expect(checkControlUrl(url, hosts)).toBeInstanceOf(URL);
  });

  test.each([
    ['http on a host suffix', 'http://phone.vapi.ai/x'],
    ['a suffix inside a label', 'https://evilvapi.ai/x'],
    ['a suffix in the middle', 'https://phone.vapi.ai.evil.test/x'],
    ['the bare suffix', 'https://vapi.ai/x'],
    ['a suffix inside a listed host', 'https://evil-control.example.test/x'],
    ['a trailing dot', 'https://phone.vapi.ai./x'],
    ['another port of a host suffix', 'https://phone.vapi.ai:8443/x'],
    ['another port of a listed host', 'http://localhost:4011/x'],
    ['a listed host without its port', 'https://localhost/x'],
    ['the port of one entry with another host', 'http://127.0.0.1:4010/x'],
    ['user info', 'https://user@phone.vapi.ai/x'],
    ['a host hidden as user info', 'https://phone.vapi.ai@evil.test/x'],
    ['a password', 'https://:pw@phone.vapi.ai/x'],
    ['a host hidden behind a backslash', 'https://evil.test\\.vapi.ai/x'],
    ['a host hidden behind a fragment', 'https://evil.test#.vapi.ai/x'],
    ['a host hidden in the query', 'https://evil.test?.vapi.ai'],
    ['a websocket', 'wss://phone.vapi.ai/x'],
    ['a websocket of a listed host', 'wss://localhost:4010/x'],
    ['a file', 'file:///etc/passwd'],
    ['the metadata service', 'http://169.254.169.254/latest'],
    ['a number as address', 'http://2130706433:4010/'],
    ['no URL', 'phone.vapi.ai/x'],
    ['nothing', ''],
    ['2 049 characters', `https://phone.vapi.ai/${'x'.repeat(2_049)}`],
  ])('must not be requested: %s', (_claim, url) => {
    expect(checkControlUrl(url, hosts)).toBeUndefined();
  });

  test.each([
    '',
    ' , ',
    '*',
    '.',
    '.ai',
    '.localhost',
    'localhost.',
    'intranet',
    'https://vapi.ai',
    'vapi.ai:0',
    'vapi.ai:65536',
    '.vapi.ai:8443',
    'a b.c',
    'vapi..ai',
  ])('is checked against hosts that make sense: %p stops the start', (list) => {
    expect(() => parseControlHosts(list)).toThrow(/control host/);
  });

  it('may lead to localhost, over https, when that is listed without a port', () => {
    const local = parseControlHosts('localhost');
    expect(checkControlUrl('https://localhost/x', local)).toBeInstanceOf(URL);
    expect(checkControlUrl('http://localhost/x', local)).toBeUndefined();
    expect(checkControlUrl('https://localhost:4010/x', local)).toBeUndefined();
    expect(checkControlUrl('https://evil-localhost/x', local)).toBeUndefined();
    expect(checkControlUrl('https://localhost.evil.test/x', local)).toBeUndefined();
  });
});
