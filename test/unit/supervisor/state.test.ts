import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { supervisorDirectory } from '../../../src/state/supervisor-lock.js';
import {
  readSupervisorState,
  writeSupervisorState,
  type SupervisorState,
} from '../../../src/state/supervisor-state.js';
import { layoutOf } from '../../../src/config/layout.js';
import { temporaryDirectory } from '../../support/temp.js';

const STATE: SupervisorState = {
  pid: 4711,
  since: '2026-11-24T07:00:00.000Z',
  serving: 'mq01',
  processes: {
    zookeeper: { wanted: 'up', does: 'nothing', fault: null },
    mq01: { wanted: 'up', does: 'nothing', fault: null },
    mq02: { wanted: 'up', does: 'nothing', fault: 'attach-stuck' },
    mq03: { wanted: 'up', does: 'given-up', fault: null },
  },
};

function setUp() {
  const layout = layoutOf(temporaryDirectory());
  mkdirSync(supervisorDirectory(layout), { recursive: true });
  return { layout, file: join(supervisorDirectory(layout), 'state.json') };
}

describe('the state of a supervisor', () => {
  it('is read as it was written', async () => {
    const { layout } = setUp();
    await writeSupervisorState(layout, STATE);
    expect(await readSupervisorState(layout)).toEqual(STATE);
    await writeSupervisorState(layout, { ...STATE, serving: null });
    expect(await readSupervisorState(layout)).toEqual({ ...STATE, serving: null });
  });

  it('has who keeps dying, and may be of a supervisor that did not say so', async () => {
    const { layout } = setUp();
    const dying = { mq01: { deaths: 6, withinMs: 40_000, reason: 'mq01 died' } };
    await writeSupervisorState(layout, { ...STATE, dying });
    expect(await readSupervisorState(layout)).toEqual({ ...STATE, dying });
  });

  it('is none where none was written', async () => {
    expect(await readSupervisorState(setUp().layout)).toBeUndefined();
    expect(await readSupervisorState(layoutOf(temporaryDirectory()))).toBeUndefined();
  });

  it.each<[string, string]>([
    ['half', JSON.stringify(STATE).slice(0, 40)],
    ['empty', ''],
    ['another document', '{"pid":4711}'],
    ['of a word that is not known', JSON.stringify(STATE).replace('given-up', 'resting')],
  ])('is none where the file is %s', async (_, text) => {
    const { layout, file } = setUp();
    writeFileSync(file, text);
    expect(await readSupervisorState(layout)).toBeUndefined();
  });
});
