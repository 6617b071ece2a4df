import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { missingPatches, patchesOff } from '../../src/distribution/patches.js';
import { temporaryDirectory } from '../support/temp.js';
import { missing } from './distribution/rig.js';
import { ACCEPTING, judged, problemOf, running, whole } from './scenes.js';

const LOSES = missing('queue-places');
const SLOW = missing('tls-names', { risk: 'speed', reason: 'off', classes: [] });

describe('patches that running brokers lack', () => {
  it('are an error where messages can be lost, and a warning otherwise', () => {
    const patches = [LOSES, SLOW, missing('one-copy', { risk: 'memory' })];
    const nodes = { mq01: { patches }, mq02: { ...ACCEPTING, patches }, mq03: { patches } };
    const { problems } = judged({ ...whole(), nodes });
    expect(problems).toMatchObject([
      {
        severity: 'error',
        code: 'patch-missing',
        node: null,
        message:
          'the brokers run without the patch queue-places against lost messages: queue-places is not cured',
      },
      {
        severity: 'warning',
        code: 'patch-missing',
        message: 'the brokers run without the patch one-copy: one-copy is not cured',
      },
      {
        severity: 'warning',
        code: 'patch-off',
        message:
          'the brokers run without the patch tls-names, left out by MQHA_PATCHES_OFF: tls-names is not cured',
        hint: expect.stringContaining('without MQHA_PATCHES_OFF') as string,
      },
    ]);
  });

  it('are told of the node that lacks them, with a line for each', () => {
    const nodes = { mq02: ACCEPTING, mq03: { patches: [LOSES, missing('whole-units')] } };
    expect(problemOf({ ...whole(), nodes }, 'patch-missing')).toMatchObject([
      {
        node: 'mq03',
        message: [
          'mq03 runs without 2 patches against lost messages: queue-places, whole-units',
          '  queue-places: queue-places is not cured',
          '  whole-units: whole-units is not cured',
        ].join('\n'),
      },
    ]);
  });

  it('are off where all that they need is, and missing where something is not known', () => {
    const needs = { reason: 'needs', classes: [], risk: 'delivery' } as const;
    const patches = [
      SLOW,
      missing('of-slow', { ...needs, needs: ['tls-names'] }),
      LOSES,
      missing('of-both', { ...needs, needs: ['tls-names', 'queue-places'] }),
    ];
    const nodes = { mq02: ACCEPTING, mq03: { patches } };
    const told = judged({ ...whole(), nodes }).problems.map(
      ({ severity, code, message }) => `${severity} ${code} ${message.split('\n')[0]}`,
    );
    expect(told).toEqual([
      'error patch-missing mq03 runs without the patch queue-places against lost messages: queue-places is not cured',
      'warning patch-missing mq03 runs without the patch of-both: of-both is not cured',
      'warning patch-off mq03 runs without 2 patches, left out by MQHA_PATCHES_OFF: tls-names, of-slow',
    ]);
  });

  it('are nothing of a node that does not run', () => {
    const nodes = { mq02: ACCEPTING, mq03: { process: undefined, patches: [LOSES] } };
    expect(problemOf({ ...whole(), nodes }, 'patch-missing')).toEqual([]);
  });

  it('are read from the distribution that the process was started from', async () => {
    const root = temporaryDirectory();
    await mkdir(join(root, 'apache'));
    const argv = [...running(1).argv, '-Dx=y', `-Dactivemq.home=${join(root, 'apache')}`];
    const guard = { guarded: false, missing: [LOSES] };
    await writeFile(join(root, 'manifest.json'), JSON.stringify({ format: 1, guard }));
    expect(await missingPatches(argv)).toEqual([LOSES]);
    expect(await missingPatches(['-Dx=y'])).toEqual([]);
    expect(await missingPatches([`-Dactivemq.home=${join(root, 'gone', 'apache')}`])).toEqual([]);
  });
});

describe('MQHA_PATCHES_OFF', () => {
  it.each([
    [undefined, []],
    ['', []],
    ['tls-names', ['tls-names']],
    [' tls-names ,,queue-places,tls-names', ['queue-places', 'tls-names']],
  ])('%j', (value, names) => {
    expect(patchesOff(value === undefined ? {} : { MQHA_PATCHES_OFF: value })).toEqual(names);
  });
});
