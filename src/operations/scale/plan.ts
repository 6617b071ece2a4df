import { quorumOf } from '../../config/checks.js';

/** A cluster whose nodes in force all run, are attached, and have every message acknowledged so far. */
export interface ScaleView {
  /** The `replicas` of each node in force. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly master: string | undefined;
  /** The members in the order of their znodes: the first is the elector. */
  readonly order: readonly string[];
  /** How many nodes it shall be. */
  readonly to: number;
  /** Nodes that come and are not in force yet, in the order of the file. */
  readonly coming: readonly string[];
  /** Nodes that go, also those that are gone already. */
  readonly leaving: readonly string[];
}

/** What is done next: the three lists at once, and then a wait until everybody has everything. */
export interface ScaleStep {
  readonly start: readonly string[];
  readonly restart: readonly string[];
  readonly remove: readonly string[];
  /** Whether clients wait for a restart; else for one failover at most. */
  readonly outage: boolean;
}

/**
 * Whether no election can miss a message that was acknowledged: a master of size a has a message on
 * q(a) nodes, itself one of them, before it acknowledges it (MasterLevelDBStore.minSlaveAcks), and an elector of
 * size b takes the member with the most of at least q(b), itself one of them (MasterElector). Two such sets of
 * n nodes meet for certain where q(a) + q(b) > n. One that is both meets itself.
 * @param nodes the sizes that each may have meanwhile
 */
export function isSafe(nodes: readonly (readonly number[])[]): boolean {
  return nodes.every((sizes, x) =>
    nodes.every(
      (others, y) =>
        x === y ||
        sizes.every((a) => others.every((b) => quorumOf(a) + quorumOf(b) > nodes.length)),
    ),
  );
}

/** Whether somebody serves while a node is away, after one failover at most. */
export function isSmooth(view: ScaleView, away: string): boolean {
  const rest = [...view.sizes].filter(([name]) => name !== away);
  const quorum = (name: string | undefined) => {
    const size = view.sizes.get(name ?? '');
    // Not known: as the one that needs most.
    return size === undefined || name === away
      ? Math.max(0, ...rest.map(([, other]) => quorumOf(other)))
      : quorumOf(size);
  };
  const elector = view.order.find((name) => name !== away && view.sizes.has(name));
  // The end of the master leaves the choice of the next to the store.
  const master = away === view.master ? undefined : view.master;
  return rest.length >= Math.max(quorum(elector), quorum(master));
}

const NOTHING: ScaleStep = { start: [], restart: [], remove: [], outage: false };

/**
 * The next step of a change of the number of nodes; undefined where it has come to its end.
 * Nobody changes size, comes or goes where that is not safe; who can without more than a failover goes first.
 */
export function nextStep(view: ScaleView): ScaleStep | undefined {
  const leaving = view.leaving.filter((name) => view.sizes.has(name));
  const wrong = [...view.sizes]
    .filter(([name, size]) => size !== view.to && !leaving.includes(name))
    .map(([name]) => name);
  if (leaving.length > 0) return nextOfShrinking(view, wrong, leaving);
  if (wrong.length + view.coming.length === 0) return undefined;
  return nextOfGrowing(view, wrong);
}

function nextOfGrowing(view: ScaleView, wrong: readonly string[]): ScaleStep | undefined {
  const one = nextRestart(
    view,
    wrong.filter((name) => name !== view.master),
  );
  if (one !== undefined) return { ...NOTHING, restart: [one] };
  const start: string[] = [];
  const sizes = [...view.sizes.values()].map((size) => [size]);
  for (const name of view.coming) {
    const more = [...sizes, ...start.map(() => [view.to]), [view.to]];
    if (isSafe(more)) start.push(name);
  }
  if (start.length > 0) return { ...NOTHING, start };
  const master = nextRestart(view, wrong);
  if (master !== undefined) return { ...NOTHING, restart: [master] };
  return wrong.length === 0 ? undefined : { ...NOTHING, restart: wrong, outage: true };
}

/**
 * Sizes with the same quorum mix freely. With different ones everybody keeps the old size while nodes leave,
 * as long as each can without an outage; then the others change, at once where there are too few for one after
 * the other.
 */
function nextOfShrinking(
  view: ScaleView,
  wrong: readonly string[],
  leaving: readonly string[],
): ScaleStep {
  const quorum = Math.max(...[...view.sizes.values()].map(quorumOf));
  if (quorum === quorumOf(view.to)) {
    const restart =
      nextRestart(
        view,
        wrong.filter((name) => name !== view.master),
      ) ?? nextRestart(view, wrong);
    if (restart !== undefined) return { ...NOTHING, restart: [restart] };
    const first =
      wrong.length > 0
        ? undefined
        : mastersLast(view, leaving).find((name) => isSmooth(view, name));
    if (first !== undefined) return { ...NOTHING, remove: [first] };
  } else {
    // Who stays can change one after the other only where one more stays than the old size needs.
    const rolls = view.to > quorum;
    const next = mastersLast(view, leaving).find(
      (name) => (rolls || name !== view.master) && isSmooth(view, name),
    );
    if (next !== undefined && view.sizes.size > view.to) return { ...NOTHING, remove: [next] };
  }
  return { ...NOTHING, restart: wrong, remove: leaving, outage: true };
}

/** Who of these can be restarted with the new size now: a slave before the elector before the master. */
function nextRestart(view: ScaleView, names: readonly string[]): string | undefined {
  const rank = (name: string) => (name === view.master ? 2 : name === view.order[0] ? 1 : 0);
  return [...names]
    .sort((a, b) => rank(a) - rank(b))
    .find((name) => isSmooth(view, name) && isSafe(between(view, [name])));
}

const mastersLast = (view: ScaleView, names: readonly string[]) =>
  [...names].sort((a, b) => Number(a === view.master) - Number(b === view.master));

/** The sizes of all while these change. */
function between(view: ScaleView, restarted: readonly string[]): number[][] {
  return [...view.sizes].map(([name, size]) =>
    restarted.includes(name) ? [size, view.to] : [size],
  );
}

/** What is in force after a step. */
export function sizesAfter(view: ScaleView, step: ScaleStep): Map<string, number> {
  const sizes = new Map(view.sizes);
  for (const name of step.remove) sizes.delete(name);
  for (const name of [...step.restart, ...step.start]) sizes.set(name, view.to);
  return sizes;
}

/** Every step from here to the end, where nothing else happens meanwhile. */
export function allSteps(view: ScaleView): ScaleStep[] {
  const steps: ScaleStep[] = [];
  let now = view;
  for (let step = nextStep(now); step !== undefined; step = nextStep(now)) {
    steps.push(step);
    now = after(now, step);
  }
  return steps;
}

/** As the cluster looks after a step: who was restarted has a higher znode, and the elector's choice is master. */
export function after(view: ScaleView, step: ScaleStep): ScaleView {
  const away = new Set([...step.restart, ...step.remove]);
  const back = [...step.restart, ...step.start];
  const order = [...view.order.filter((name) => !away.has(name)), ...back];
  return {
    ...view,
    sizes: sizesAfter(view, step),
    order,
    master: away.has(view.master ?? '') ? order[0] : view.master,
    coming: view.coming.filter((name) => !step.start.includes(name)),
  };
}

/**
 * What an unstarted cluster can have at once, since nobody acknowledges anything: the end, or as much of it as is safe.
 * @returns undefined where it must be started as it was first
 */
export function stepWhileStopped(view: ScaleView): ScaleStep | undefined {
  const leaving = view.leaving.filter((name) => view.sizes.has(name));
  const wrong = [...view.sizes]
    .filter(([name, size]) => size !== view.to && !leaving.includes(name))
    .map(([name]) => name);
  if (wrong.length + leaving.length === 0) return undefined;
  const nodes = [...view.sizes.values()].map((size) => [size, view.to]);
  // Who comes to complete the quorum elects only together with all that were there.
  const missing = Math.max(0, quorumOf(view.to) - view.sizes.size);
  const safe = [...view.sizes.values()].every(
    (size) => quorumOf(size) + quorumOf(view.to) > nodes.length,
  );
  return safe
    ? { start: view.coming.slice(0, missing), restart: wrong, remove: leaving, outage: false }
    : undefined;
}
