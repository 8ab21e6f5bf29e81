import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { migrate } from '@holdfast/platform';
import { SettingsError } from './read-settings';
import { whyItDidNotStart } from './why-it-did-not-start';

const faultOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (fault: unknown) => fault,
  );

const listening = (port: number, host: string): Promise<unknown> =>
  once(createServer().listen(port, host), 'listening');

describe('a start that fails says in one line what to change', () => {
  it.each([
    ['nobody has the name', 'postgres://u@no-such-host.invalid/db'],
    ['nobody listens', 'postgres://u@127.0.0.1:1/db'],
    ['nobody listens at any of its addresses', 'postgres://u@localhost:1/db'],
    ['the socket is not there', 'postgres:///db?host=/no/such/folder'],
  ])('DATABASE_URL when %s', async (_, url) => {
    const why = whyItDidNotStart(await faultOf(migrate(url)), {});
    expect(why).toMatch(/^DATABASE_URL: \S[^\n]*$/);
  });

  it('DATABASE_URL when nobody answers in time', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const fault = await faultOf(migrate(`postgres://u@127.0.0.1:${port}/db`));
    expect(whyItDidNotStart(fault, {})).toMatch(/^DATABASE_URL: \S[^\n]*$/);
    silent.close();
  });

  it('HOST when this machine has no such address, or there is no such name', async () => {
    const fault = await faultOf(listening(0, '192.0.2.1'));
    expect(whyItDidNotStart(fault, { HOST: '192.0.2.1' })).toMatch(/^HOST: [^\n]*this machine has no such address$/);
    const unknown = await faultOf(listening(0, 'no-such-host.invalid'));
    expect(whyItDidNotStart(unknown, { HOST: 'no-such-host.invalid' })).toMatch(/^HOST: [^\n]+$/);
  });

  it('PORT when another listens there', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const fault = await faultOf(listening((other.address() as AddressInfo).port, '127.0.0.1'));
    expect(whyItDidNotStart(fault, {})).toMatch(/^PORT: [^\n]+$/);
    other.close();
  });

  it('the setting that was refused, and of anything else its own words', () => {
    expect(whyItDidNotStart(new SettingsError('PORT: wrong'), {})).toBe('PORT: wrong');
    expect(whyItDidNotStart(new Error('out of luck'), {})).toBe('out of luck');
    expect(whyItDidNotStart(new Error('out of luck'), { LOG_LEVEL: 'debug' })).toContain('at ');
  });
});
