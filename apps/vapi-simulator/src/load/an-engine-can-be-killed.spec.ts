import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EngineApi } from './engine-api';
import { EngineProcess, freePort } from './engine-process';
import { Downtime } from './downtime';

/** Answers /health/ready, and counts its starts in its working folder. */
const SCRIPT = `
const fs = require('node:fs');
fs.appendFileSync('starts', 'x');
console.log('hello from the engine');
if (process.env.BROKEN) throw new Error('broken on purpose');
require('node:http').createServer((_, response) => response.end('{}')).listen(process.env.PORT, '127.0.0.1');
`;

describe('an engine of our own', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'simulator-spec-'));
  const main = path.join(folder, 'main.js');
  beforeAll(() => writeFileSync(main, SCRIPT));
  afterAll(() => rmSync(folder, { recursive: true }));

  async function engineProcess(env: Record<string, string> = {}) {
    const port = await freePort();
    const api = new EngineApi(`http://127.0.0.1:${port}`, 'key');
    return { api, own: new EngineProcess(main, { PORT: String(port), ...env }, api) };
  }

  it('starts, is killed, and starts again over the same data', async () => {
    const { api, own } = await engineProcess();
    await own.start();
    await own.kill();
    expect(await api.isReady()).toBe(false);
    await own.start();
    expect(await api.isReady()).toBe(true);
    await own.stop();
    expect(await api.isReady()).toBe(false);
    own.removeData();
  });

  it('says what the engine said when it would not start', async () => {
    const { own } = await engineProcess({ BROKEN: '1' });
    await expect(own.start()).rejects.toThrow('broken on purpose');
    own.removeData();
  });

  it('says which file is missing', () => {
    expect(() => new EngineProcess('no/such/main.js', {}, new EngineApi('http://127.0.0.1:1', 'key'))).toThrow(
      'there is no engine at no/such/main.js',
    );
  });
});

describe('downtime', () => {
  it('counts only what a call really shared with it', () => {
    const downtime = new Downtime();
    downtime.begin(1_000);
    downtime.end(2_000);
    downtime.begin(5_000);
    expect(downtime.overlapMs(0, 500)).toBe(0);
    expect(downtime.overlapMs(1_500, 3_000)).toBe(500);
    expect(downtime.overlapMs(0, 6_000)).toBe(2_000);
  });
});
