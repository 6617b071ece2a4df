import { describe, expect, it } from 'vitest';
import { openCluster, thisHost } from '../../src/state/cluster.js';
import { broker } from './children.js';
import { errorOf, made, mqha, type Called } from './rig.js';

/** A cluster whose brokers are processes that carry a broker's marks and do nothing. */
async function running(...names: string[]) {
  const directory = await made();
  const { id } = await openCluster(directory, thisHost({}));
  const processes = await Promise.all(names.map((name) => broker(id, name)));
  return {
    run: (args: string[], called?: Called) => mqha(['-C', directory, ...args], called),
    alive: () => names.filter((_, index) => processes[index]?.runs() === true),
  };
}

describe('what would lose quorum', () => {
  it.each([['stop'], ['kill']])('is not done by %s without an answer', async (command) => {
    const { alive, run } = await running('mq01', 'mq02', 'mq03');
    const refused = await run([command, 'mq01', 'mq02', '--json']);
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(errorOf(refused)).toMatchObject({ code: 'needs-consent' });
    expect(errorOf(refused).message).toContain(
      `To ${command} mq01, mq02 leaves 1 of 3 members and quorum is 2: no master will serve`,
    );
    expect(errorOf(refused).hint).toContain('--yes');
    const no = await run([command, 'mq01', 'mq02'], { terminal: 'no\n' });
    expect(no.status).toBe(1);
    expect(no.stderr).toContain(
      `not done: to ${command} mq01, mq02 would lose quorum\nhint: Start`,
    );
    expect(alive()).toEqual(['mq01', 'mq02', 'mq03']);
  });

  it('is asked for by restart too, where one more than the running may not go', async () => {
    const { alive, run } = await running('mq01', 'mq02');
    const refused = await run(['restart', '--json']);
    expect(refused.status).toBe(1);
    expect(errorOf(refused).message).toContain('To restart mq01 leaves 1 of 3 members');
    expect(alive()).toEqual(['mq01', 'mq02']);
  });

  it('is done with --yes, and what leaves quorum there is never asked for', async () => {
    const { alive, run } = await running('mq01', 'mq02', 'mq03');
    const one = await run(['stop', 'mq03', '--json']);
    expect(one.status).toBe(0);
    expect(JSON.parse(one.stdout)).toMatchObject({ stopped: [{ name: 'mq03', forced: false }] });
    await expect.poll(alive).toEqual(['mq01', 'mq02']);
    expect((await run(['stop', 'mq02'])).status).toBe(1);
    expect((await run(['stop', 'mq02', '--yes'])).status).toBe(0);
    await expect.poll(alive).toEqual(['mq01']);
    expect((await run(['down'])).stdout).toContain('stopped mq01; the data is kept\n');
    await expect.poll(alive).toEqual([]);
  });
});
