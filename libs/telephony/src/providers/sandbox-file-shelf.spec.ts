import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import { FileSandboxShelf } from './sandbox-file-shelf';
import { SandboxNumberProvider } from './sandbox-number-provider';
import type { SandboxNumber } from './sandbox-shelf';

const numberOf = (intentId: string, phoneNumber = '+12125550001'): SandboxNumber => ({
  intentId,
  phoneNumber,
  providerRef: 'ref',
  vapiPhoneId: null,
  areaCode: '',
  looks: 0,
  registerTries: 0,
});

describe('The shelf on the disk', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sandbox-shelf-'));
  });

  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('is the same for everybody who opens it', async () => {
    const intentId = randomUUID();
    await new FileSandboxShelf(directory).put(numberOf(intentId));
    expect(await new FileSandboxShelf(directory).get(intentId)).toEqual(numberOf(intentId));
    await new FileSandboxShelf(directory).remove(intentId);
    expect(await new FileSandboxShelf(directory).get(intentId)).toBeNull();
    expect(await new FileSandboxShelf(directory).all()).toEqual([]);
  });

  it('gives a number to one of many who want it', async () => {
    const shelves = Array.from({ length: 20 }, () => new FileSandboxShelf(directory));
    const won = await Promise.all(shelves.map((shelf) => shelf.claim('+12125550001')));
    expect(won.filter(Boolean)).toHaveLength(1);
  });

  it('puts a released number back on the market', async () => {
    const shelf = new FileSandboxShelf(directory);
    const intentId = randomUUID();
    await shelf.claim('+12125550001');
    await shelf.put(numberOf(intentId));
    expect(await shelf.isClaimed('+12125550001')).toBe(true);
    await shelf.remove(intentId);
    await shelf.remove(intentId);
    expect(await shelf.claim('+12125550001')).toBe(true);
  });

  it('says so when a file is damaged, and does not call it nothing', async () => {
    const shelf = new FileSandboxShelf(directory);
    const intentId = randomUUID();
    await shelf.put(numberOf(intentId));
    const [name = ''] = await readdir(join(directory, 'intents'));
    await writeFile(join(directory, 'intents', name), '{"intentId"');
    await expect(shelf.get(intentId)).rejects.toThrow(SyntaxError);
  });

  it('never shows a number half written', async () => {
    const [writer, reader] = [new FileSandboxShelf(directory), new FileSandboxShelf(directory)];
    const large = numberOf(randomUUID(), 'x'.repeat(300_000));
    await writer.put(large);
    let writing = true;
    const writes = (async () => {
      for (let n = 0; n < 40; n++) await writer.put({ ...large, looks: n });
      writing = false;
    })();
    while (writing) expect((await reader.get(large.intentId))?.phoneNumber).toHaveLength(300_000);
    await writes;
  });

  it('sells what a process that died had bought to nobody else', async () => {
    const criteria = { country: 'US', numberType: 'local', areaCode: '558' } as const;
    const intents = Array.from({ length: 30 }, () => randomUUID());
    for (const intentId of intents) {
      const mortal = new SandboxNumberProvider({ shelf: new FileSandboxShelf(directory), timeoutMs: 0 });
      expect(await mortal.buy(intentId, criteria)).toMatchObject({ kind: 'unknown' });
    }
    const heir = new SandboxNumberProvider({ shelf: new FileSandboxShelf(directory) });
    const found = await Promise.all(intents.map((intentId) => heir.findByIntent(intentId)));
    const numbers = found.map((each) => (each.kind === 'bought' ? each.purchase.phoneNumber : each.kind));
    expect(new Set(numbers).size).toBe(30);
  });

  it('keeps every number whose sale was acknowledged when its process is killed', async () => {
    for (const file of ['sandbox-file-shelf', 'intent-tag']) {
      const source = await readFile(join(__dirname, `${file}.ts`), 'utf8');
      const compilerOptions = { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 };
      await writeFile(join(directory, `${file}.js`), transpileModule(source, { compilerOptions }).outputText);
    }
    const program = `
      const { FileSandboxShelf } = require(${JSON.stringify(join(directory, 'sandbox-file-shelf.js'))});
      const shelf = new FileSandboxShelf(${JSON.stringify(join(directory, 'shelf'))});
      const sell = async () => {
        const intentId = require('node:crypto').randomUUID();
        await shelf.put({ intentId, phoneNumber: '+12125550001', filler: 'x'.repeat(5000) });
        process.stdout.write(intentId + '\\n');
        return sell();
      };
      for (let n = 0; n < 16; n++) sell();
    `;
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.length > 37 * 40) child.kill('SIGKILL');
    });
    await once(child, 'close');
    const acknowledged = output.split('\n').filter((line) => line.length === 36);
    const kept = (await new FileSandboxShelf(join(directory, 'shelf')).all()).map((each) => each.intentId);
    expect(acknowledged.length).toBeGreaterThanOrEqual(40);
    expect(kept).toEqual(expect.arrayContaining(acknowledged));
  });
});
