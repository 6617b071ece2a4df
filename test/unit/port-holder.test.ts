import { once } from 'node:events';
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { holderHint, holderText } from '../../src/agents/holder-text.js';
import { markers } from '../../src/agents/marks.js';
import { freePorts, holderOf } from '../../src/agents/local/ports.js';
import { temporaryDirectory } from '../support/temp.js';
import { child, soon } from './children.js';

it.skipIf(process.platform !== 'linux')(
  'finds who holds a port at an address, and of which cluster that is',
  async () => {
    const directory = realpathSync(temporaryDirectory());
    const [port = 0] = await freePorts([1]);
    const listen = async (host: string, marks: readonly string[], cwd: string) => {
      mkdirSync(cwd, { recursive: true });
      const program = `require('net').createServer().listen(${port}, '${host}', () => process.stdout.write('up'))`;
      const started = child(['-e', program, '--', ...marks], cwd);
      await soon(once(started.stdout, 'data'));
      return started.pid;
    };
    const node = await listen('127.0.0.3', markers('id', 'mq07'), join(directory, 'nodes', 'mq07'));
    const other = await listen('127.0.0.2', [], directory);
    const of = { name: 'mq07', directory };
    expect(await holderOf(port, '127.0.0.3')).toMatchObject({ kind: 'listener', pid: node, of });
    const stranger = await holderOf(port, '127.0.0.2');
    expect(stranger).toMatchObject({ kind: 'listener', pid: other, of: undefined });
    expect(holderText(stranger)).toMatch(/^taken by pid \d+ \(/);
    expect(holderHint([stranger], 'Change it')).toBe(
      'Change it, or see whether the process that holds it is needed.',
    );
  },
);
