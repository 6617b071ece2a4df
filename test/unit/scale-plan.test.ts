import { describe, expect, it } from 'vitest';
import { quorumOf } from '../../src/config/checks.js';
import {
  after,
  allSteps,
  nextStep,
  stepWhileStopped,
  type ScaleStep,
  type ScaleView,
} from '../../src/operations/scale/plan.js';

const names = (count: number) => Array.from({ length: count }, (_, index) => `n${index + 1}`);

function viewOf(from: number, to: number, master: string, elector = 'n1'): ScaleView {
  const now = names(from);
  return {
    sizes: new Map(now.map((name) => [name, from])),
    master,
    order: [elector, ...now.filter((name) => name !== elector)],
    to,
    coming: names(to).slice(from),
    leaving: now.slice(to),
  };
}

const told = ({ start, restart, remove, outage }: ScaleStep) =>
  [
    ...start.map((name) => `+${name}`),
    ...restart.map((name) => `~${name}`),
    ...remove.map((name) => `-${name}`),
    ...(outage ? ['outage'] : []),
  ].join(' ');

function subsets(of: readonly string[]): string[][] {
  return of.reduce<string[][]>((all, name) => all.flatMap((set) => [set, [...set, name]]), [[]]);
}

/**
 * Looks for a message that was acknowledged and that an election misses: every set that a master can have put
 * it on, against every set that an elector can elect of.
 * @param masters who can have acknowledged, with which sizes
 * @param electors who is there to elect afterwards
 */
function missed(
  masters: ReadonlyMap<string, readonly number[]>,
  electors: ReadonlyMap<string, readonly number[]>,
): string | undefined {
  const has = [...masters].flatMap(([name, sizes]) =>
    sizes.flatMap((size) =>
      subsets([...masters.keys()]).filter(
        (set) => set.includes(name) && set.length === quorumOf(size),
      ),
    ),
  );
  const elects = [...electors].flatMap(([name, sizes]) =>
    sizes.flatMap((size) =>
      subsets([...electors.keys()]).filter(
        (set) => set.includes(name) && set.length === quorumOf(size),
      ),
    ),
  );
  for (const acknowledged of has) {
    const blind = elects.find((set) => !set.some((name) => acknowledged.includes(name)));
    if (blind) return `on ${acknowledged.join()} only, and ${blind.join()} elect`;
  }
  return undefined;
}

/** What a step can lose, from what is in force before it and after it. */
function lossOf(view: ScaleView, step: ScaleStep): string | undefined {
  const now = after(view, step);
  const both = new Map<string, number[]>();
  for (const sizes of [view.sizes, now.sizes]) {
    for (const [name, size] of sizes) both.set(name, [...(both.get(name) ?? []), size]);
  }
  const before = new Map([...view.sizes].map(([name, size]) => [name, [size]] as const));
  const left = new Map([...now.sizes].map(([name, size]) => [name, [size]] as const));
  // With an outage everybody who changes has ended before the first of them is started again.
  const meanwhile = step.outage || step.remove.length > 0 ? undefined : missed(both, both);
  return meanwhile ?? missed(before, before) ?? missed(before, left) ?? missed(left, left);
}

describe('the order in which a cluster changes its size', () => {
  it('takes 3 to 5 with one failover: the slaves, one new node, the master, the other new node', () => {
    expect(allSteps(viewOf(3, 5, 'n1')).map(told)).toEqual(['~n2', '~n3', '+n4', '~n1', '+n5']);
    expect(allSteps(viewOf(3, 5, 'n3', 'n2')).map(told)).toEqual([
      '~n1',
      '~n2',
      '+n4',
      '~n3',
      '+n5',
    ]);
  });

  it('takes 5 to 3 with one outage, everybody of the old size until then', () => {
    expect(allSteps(viewOf(5, 3, 'n1')).map(told)).toEqual(['-n4', '-n5', '~n1 ~n2 ~n3 outage']);
    expect(allSteps(viewOf(5, 3, 'n5')).map(told)).toEqual(['-n4', '~n1 ~n2 ~n3 -n5 outage']);
  });

  it('takes 1 to 3 with the restart of the one, which alone has the messages', () => {
    expect(allSteps(viewOf(1, 3, 'n1')).map(told)).toEqual(['+n2', '~n1 outage', '+n3']);
  });

  it('takes 3 to 1, and 3 to 2', () => {
    expect(allSteps(viewOf(3, 1, 'n1')).map(told)).toEqual(['-n2', '~n1 -n3 outage']);
    expect(allSteps(viewOf(3, 2, 'n3')).map(told)).toEqual(['~n2', '~n1', '-n3']);
  });

  const every = names(7).flatMap((_, from) =>
    names(7).map((__, to) => [from + 1, to + 1] as const),
  );
  it.each(every)('misses no acknowledged message from %i to %i', (from, to) => {
    for (const master of new Set(['n1', `n${from}`])) {
      let view = viewOf(from, to, master);
      const steps: ScaleStep[] = [];
      for (let step = nextStep(view); step; step = nextStep(view)) {
        steps.push(step);
        expect([told(step), lossOf(view, step)]).toEqual([told(step), undefined]);
        view = after(view, step);
      }
      expect([...view.sizes].sort()).toEqual(names(to).map((name) => [name, to]));
      const outages = steps.filter(({ outage }) => outage).length;
      const grows = from < to && from > 1;
      const rolls = quorumOf(from) === quorumOf(to) || to > quorumOf(from);
      expect(outages).toBe(from === to || grows || (from > to && rolls) ? 0 : 1);
    }
  });

  it('goes on from wherever a failover in between has left the master', () => {
    for (const [from, to] of every.filter(([a, b]) => a < b && b < 6)) {
      const steps = allSteps(viewOf(from, to, 'n1'));
      for (let done = 0; done < steps.length; done++) {
        const view = steps.slice(0, done).reduce(after, viewOf(from, to, 'n1'));
        for (const master of view.sizes.keys()) {
          let now: ScaleView = { ...view, master, order: [...view.order].reverse() };
          for (let step = nextStep(now); step; step = nextStep(now)) {
            expect([from, to, told(step), lossOf(now, step)]).toEqual([
              from,
              to,
              told(step),
              undefined,
            ]);
            now = after(now, step);
          }
          expect([...now.sizes.values()]).toEqual(names(to).map(() => to));
        }
      }
    }
  });

  it('changes a stopped cluster at once where that misses nothing', () => {
    const whole = (from: number, to: number) => stepWhileStopped(viewOf(from, to, 'n1'));
    expect(whole(3, 5)).toMatchObject({ restart: ['n1', 'n2', 'n3'], start: [] });
    expect(whole(1, 3)).toMatchObject({ restart: ['n1'], start: ['n2'] });
    expect(whole(5, 3)).toBeUndefined();
    for (const [from, to] of every) {
      const view = viewOf(from, to, 'n1');
      const step = stepWhileStopped(view);
      if (!step) continue;
      const before = new Map([...view.sizes].map(([name, size]) => [name, [size]] as const));
      const left = new Map(
        [...after(view, step).sizes].map(([name, size]) => [name, [size]] as const),
      );
      expect([from, to, missed(before, left)]).toEqual([from, to, undefined]);
    }
  });
});
