import { describe, expect, it } from 'vitest';
import { SCENARIO_NAMES } from '../../../src/drill/defaults.js';
import { scenariosNamed, SCENARIOS } from '../../../src/drill/scenarios/index.js';
import { errorOf, made, mqha } from '../rig.js';

describe('scenarios', () => {
  it('are those that help names', async () => {
    expect(SCENARIOS.map(({ name }) => name)).toEqual(SCENARIO_NAMES);
    const { stdout } = await mqha(['drill', '--help']);
    for (const name of SCENARIO_NAMES) expect(stdout).toContain(name);
  });

  it('are taken once, in the order of the table, and all at once', () => {
    const named = scenariosNamed(['switchover', 'kill-slave', 'switchover']);
    expect(named.map(({ name }) => name)).toEqual(['kill-slave', 'switchover']);
    expect(scenariosNamed(['all', 'random'])).toEqual(SCENARIOS);
  });
});

describe('wrong usage of drill', () => {
  it('names the scenarios where one is not known', async () => {
    const run = await mqha(['drill', '--scenario', 'kill-mater', 'random', '--json']);
    expect(run).toMatchObject({ status: 2, stdout: '' });
    expect(errorOf(run)).toMatchObject({
      code: 'usage',
      message: 'there is no scenario "kill-mater"',
    });
    for (const name of [...SCENARIO_NAMES, 'all']) expect(errorOf(run).hint).toContain(name);
  });

  it.each([
    [['--rounds', '0'], '--rounds 0 is out of range'],
    [['--rounds', 'many'], 'many'],
    [['--clients', '101'], '--clients 101 is out of range'],
    [['--rate', '100001'], '--rate 100001 is out of range'],
    [['--rate', '-1'], '-1'],
    [['--duration', '5w'], '--duration 5w is no duration'],
    [['--duration', '900ms'], '--duration 900ms'],
    [['--duration', '2h'], '--duration 2h'],
    [['--timeout', 'soon'], '--timeout soon'],
    [['--supervisor', 'maybe'], '--supervisor maybe'],
    [['--seed', 'x'], 'x'],
    [['kill-master'], 'argument'],
  ])('%j', async (flags, message) => {
    const run = await mqha(['drill', ...flags, '--json']);
    expect(run).toMatchObject({ status: 2, stdout: '' });
    expect(errorOf(run).message).toContain(message);
  });

  it('is also that there is no cluster', async () => {
    const run = await mqha(['drill', '--json'], { cwd: '/' });
    expect(run.status).toBe(2);
    expect(errorOf(run).code).toBe('no-cluster');
  });
});

describe('a cluster that cannot be drilled', () => {
  it('is one that is stopped: exit code 3, and nothing is done', async () => {
    const directory = await made();
    const run = await mqha(['-C', directory, 'drill', '--yes', '--json']);
    expect(run).toMatchObject({ status: 3, stdout: '' });
    expect(errorOf(run)).toMatchObject({
      code: 'drill-refused',
      message: 'no drill: the cluster is stopped',
    });
  });

  it('is one for which nothing of what is asked can be done', async () => {
    const directory = await made({ zookeeper: '127.0.0.1:1' });
    const flags = ['--scenario', 'zookeeper-outage', '--yes', '--json'];
    const run = await mqha(['-C', directory, 'drill', ...flags]);
    expect(run.status).toBe(3);
    expect(errorOf(run).message).toContain('ZooKeeper is not managed by mqha');
  });

  it('is one whose files are damaged: that is no verdict', async () => {
    const directory = await made();
    const { writeFileSync } = await import('node:fs');
    writeFileSync(`${directory}/.mqha/credentials.json`, 'x');
    const run = await mqha(['-C', directory, 'drill', '--json']);
    expect(run.status).toBe(3);
    expect(errorOf(run).code).toBe('state-damaged');
  });
});
