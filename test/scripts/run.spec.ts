import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const RUN = resolve('scripts/run.cjs');
const CHILD = resolve('scripts/run/child.cjs');
const LOCK = resolve('scripts/run/lock.cjs');
/** More than the 500 ms between two looks for the starter. */
const SIGNAL_TRAVEL_MS = 5_000;
/** Tells the test that the signal handlers are in place, and stays. */
const READY = `console.log('ready'); setInterval(() => undefined, 1000);`;

describe('scripts/run.cjs', () => {
  let folder: string;
  const started: ChildProcess[] = [];

  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'holdfast-run-'))));
  afterEach(() => started.splice(0).forEach((child) => child.kill('SIGKILL')));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    [[], 'No command given.'],
    [['strat'], 'Unknown command "strat".'],
    [['script'], 'Unknown script ""'],
    [['script', '../main'], 'Unknown script "../main"'],
  ])('answers %j with the usage and code 2', (args, reason) => {
    const { status, stderr } = spawnSync(process.execPath, [RUN, ...args], { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toContain(reason);
    expect(stderr).toContain('usage: node scripts/run.cjs <command>');
  });

  it.each(['18.20.8', '20.18.3'])('says on Node %s which Node is needed', (version) => {
    const preload = join(folder, 'old-node.cjs');
    writeFileSync(preload, `Object.defineProperty(process, 'versions', { value: { node: '${version}' } });`);
    const { status, stderr } = spawnSync(process.execPath, ['-r', preload, RUN, 'start'], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toBe(`Node >= 20.19 is needed, this is ${version}.\n`);
  });

  describe('a program it runs', () => {
    it('has its exit code passed on', async () => {
      const wrapper = startWrapped('process.exit(42)');
      expect(await once(wrapper, 'exit')).toEqual([42, null]);
    });

    it('gets Ctrl-C once, though the terminal and npm both send it to the wrapper', async () => {
      const wrapper = startWrapped(
        `let n = 0; process.on('SIGINT', () => n++ || setTimeout(() => process.exit(n), 300)); ${READY}`,
      );
      await once(wrapper.stdout!, 'data');
      wrapper.kill('SIGINT');
      await sleep(50); // two at the same instant would be one for the kernel too
      wrapper.kill('SIGINT');
      expect(await once(wrapper, 'exit')).toEqual([1, null]);
    });

    it.each(['SIGTERM', 'SIGHUP'] as const)('is asked to end when the wrapper gets %s', async (signal) => {
      const wrapper = startWrapped(`process.on('SIGTERM', () => process.exit(3)); ${READY}`);
      await once(wrapper.stdout!, 'data');
      wrapper.kill(signal);
      expect(await once(wrapper, 'exit')).toEqual([3, null]);
    });

    it('notices that the wrapper was killed', async () => {
      const note = join(folder, 'noticed');
      const wrapper = startWrapped(
        `process.on('disconnect', () => { require('fs').writeFileSync('${note}', ''); process.exit() }); ${READY}`,
      );
      await once(wrapper.stdout!, 'data');
      wrapper.kill('SIGKILL');
      expect(await appears(note)).toBe(true);
    });
  });

  describe('the build lock', () => {
    const work = (name: string) =>
      `require('${LOCK}').withLock('${join(folder, 'lock')}', async () => {` +
      `const log = (word) => require('fs').appendFileSync('${join(folder, 'log')}', word + ' ${name}\\n');` +
      `log('in'); await new Promise((done) => setTimeout(done, 300)); log('out'); })`;

    it('lets one process in at a time, and breaks the lock of a dead one', async () => {
      const dead = spawnSync(process.execPath, ['-e', '']).pid;
      writeFileSync(join(folder, 'lock'), `${dead} 1`);
      const both = ['first', 'second'].map((name) => spawn(process.execPath, ['-e', work(name)]));
      started.push(...both);
      await Promise.all(both.map((process) => once(process, 'exit')));
      const lines = readFileSync(join(folder, 'log'), 'utf8').trim().split('\n');
      const [one] = lines;
      expect(lines).toEqual(
        one === 'in first'
          ? ['in first', 'out first', 'in second', 'out second']
          : ['in second', 'out second', 'in first', 'out first'],
      );
      expect(existsSync(join(folder, 'lock'))).toBe(false);
    });
  });

  function startWrapped(program: string): ChildProcess {
    const wrapper = `require('${CHILD}').runNode(['-e', ${JSON.stringify(program)}]).then((code) => process.exit(code))`;
    const child = spawn(process.execPath, ['-e', wrapper], { stdio: ['ignore', 'pipe', 'inherit'] });
    started.push(child);
    return child;
  }
});

async function appears(path: string): Promise<boolean> {
  const until = Date.now() + SIGNAL_TRAVEL_MS;
  while (!existsSync(path) && Date.now() < until) await sleep(20);
  return existsSync(path);
}
