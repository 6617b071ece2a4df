import { MqhaError, usageError } from '../../lib/errors.js';
import { Deadline, sleep } from '../../lib/time.js';
import { outOfReach, placesOf } from '../../state/agents.js';
import { refuseIfMoved, withLock, type Cluster } from '../../state/cluster.js';
import {
  newPassword,
  readCredentials,
  writeCredentials,
  type KeptCredentials,
} from '../../state/identity.js';
import { workerOn } from '../../state/operations-log.js';
import { secretOf, type AccountSpec } from '../../stores/accounts.js';
import type { Secret } from '../../stores/rendered-file.js';
import { knowsAccounts } from '../../stores/settings.js';
import { refuseUnrenderable, renderFiles, settleCluster } from '../start/prepare.js';
import { isBeingRetired, personalSpecs, refuseWithout, specOf } from './accounts.js';
import { refuseUnasked, untilKnown, untilRefused } from './seen.js';

/** What `mqha account rotate` answers. */
export interface RotateResult {
  /** Whose password is another now. */
  readonly rotated: readonly string[];
  /** Those of which a rotation that was interrupted has been brought to its end. */
  readonly resumed: readonly string[];
  /** Whom it was seen at: the master, where one served; others read their files before they let anybody in. */
  readonly master: string | null;
}

export interface RotateOptions {
  /** None: all that mqha generates. */
  readonly names: readonly string[];
  /** How long the old passwords count beside the new ones. */
  readonly graceMs: number;
  /** For the lock. */
  readonly timeoutMs: number;
}

/** Who of mqha has read its own password before it changed has used it by then: an observation takes 1.5 s at most. */
const SETTLE_MS = 2000;

/**
 * Gives accounts new passwords, while the cluster runs or is stopped. First brokers know both passwords, then mqha and
 * whoever asks it have the new one, and in the end brokers know that alone. Each step is written before it is done, so
 * another call brings what was interrupted to its end. Connections that are open stay open.
 * @throws MqhaError `no-accounts`, `unknown-account`, `rotation-refused`, `rotation-unseen`, `interrupted`, `locked`, and
 *   those of renderFiles()
 */
export async function rotateAccounts(
  asked: Cluster,
  { names, graceMs, timeoutMs }: RotateOptions,
): Promise<RotateResult> {
  refuseWithout(asked);
  const specs = chosen(asked, names);
  const { layout, host } = asked;
  await refuseIfMoved(asked);
  const begun = await withLock(layout, host, Deadline.in(timeoutMs), () => begin(asked, specs));
  const { cluster, turn, master } = begun;
  const isOwn = specs.some(({ kind }) => kind === 'management');
  const waitMs = Math.max(graceMs, isOwn && turn.rotated.length > 0 ? SETTLE_MS : 0);
  if (graceMs > 0) {
    host.emit({ type: 'account-step', text: `old passwords count for ${graceMs / 1000} s more` });
  }
  await sleep(waitMs, host.signal);
  if (host.signal.aborted) {
    throw new MqhaError('interrupted', 'interrupted; the old passwords count beside the new ones', {
      hint: 'Run `mqha account rotate` again: it ends that, and changes no password once more.',
    });
  }
  const done = [...turn.rotated, ...turn.resumed];
  await withLock(layout, host, Deadline.in(timeoutMs), async () => {
    const old = await retire(cluster, specs, done);
    await untilRefused(cluster, old);
  });
  return { ...turn, master };
}

function chosen(cluster: Cluster, names: readonly string[]): AccountSpec[] {
  if (names.length === 0) {
    return personalSpecs(cluster).filter(({ passwordFile }) => passwordFile === undefined);
  }
  return [...new Set(names)].map((name) => {
    const spec = specOf(cluster, name);
    if (spec.passwordFile === undefined) return spec;
    throw usageError(
      'usage',
      `the password of ${name} is yours: it stands in ${spec.passwordFile}`,
      'Write another one into that file and run `mqha render`: brokers read it within a few seconds.',
    );
  });
}

/** Those whose password is new, and those of which that was so before. */
interface Turn {
  readonly rotated: string[];
  readonly resumed: string[];
}

/** Makes new passwords, has brokers know them beside the old ones, and then has everybody use them. */
async function begin(asked: Cluster, specs: readonly AccountSpec[]) {
  await refuseNow(asked, specs);
  const cluster = await settleCluster(asked, false);
  await refuseUnrenderable(cluster);
  await refuseUnasked(cluster);
  const turn: Turn = { rotated: [], resumed: [] };
  const before = await credentialsOf(cluster);
  const names = specs.map(({ name }) => name);
  const told = changed(before, names, (secret, name) => {
    if (isBeingRetired(secret) && secret.next === undefined) {
      turn.resumed.push(name);
      return secret;
    }
    turn[secret.next === undefined ? 'rotated' : 'resumed'].push(name);
    return { ...secret, next: secret.next ?? newPassword() };
  });
  await writeCredentials(cluster.layout, told);
  await renderFiles(cluster, false);
  const fresh = specs.flatMap((spec) => {
    const next = secretOf(told, spec.name)?.next;
    return next === undefined ? [] : [{ spec, password: next }];
  });
  const master = await untilKnown(cluster, fresh);
  const switched = changed(told, names, ({ password, next, ...rest }) =>
    next === undefined ? { password, ...rest } : { password: next, previous: password },
  );
  await writeCredentials(cluster.layout, switched);
  for (const name of turn.rotated) {
    cluster.host.emit({ type: 'account-step', text: `${name} has a new password` });
  }
  return { cluster, turn, master };
}

/** Has brokers forget the old passwords. @returns these */
async function retire(cluster: Cluster, specs: readonly AccountSpec[], names: readonly string[]) {
  const before = await credentialsOf(cluster);
  const old = specs.flatMap((spec) => {
    const previous = names.includes(spec.name) ? secretOf(before, spec.name)?.previous : undefined;
    return previous === undefined ? [] : [{ spec, password: previous }];
  });
  const isOwn = names.includes(before.username);
  // Noted until files are without it: whoever goes on after this was killed does not see it otherwise.
  const retiring = changed(before, names, ({ password, next }) => ({
    password,
    next,
    retiring: true,
  }));
  await writeCredentials(cluster.layout, isOwn ? { ...retiring, shared: false } : retiring);
  await renderFiles(cluster, false);
  const after = changed(retiring, names, ({ password, next }) => ({ password, next }));
  await writeCredentials(cluster.layout, isOwn ? { ...after, shared: false } : after);
  return old;
}

async function credentialsOf({ layout }: Cluster): Promise<KeptCredentials> {
  const credentials = await readCredentials(layout);
  if (!credentials) throw new Error('there are no credentials after they were made');
  return credentials;
}

/** The same with the secrets of some accounts changed. */
function changed(
  credentials: KeptCredentials,
  names: readonly string[],
  change: (secret: Secret, name: string) => Secret,
): KeptCredentials {
  let result = credentials;
  for (const name of names) {
    const secret = secretOf(result, name);
    if (!secret) continue;
    const { password, next, previous, retiring } = change(secret, name);
    const now = { password, next, previous, retiring };
    result =
      name === credentials.username
        ? { ...result, ...now }
        : { ...result, accounts: { ...result.accounts, [name]: now } };
  }
  return result;
}

/** @throws MqhaError `rotation-refused` */
async function refuseNow(cluster: Cluster, specs: readonly AccountSpec[]): Promise<void> {
  const { config, registry } = cluster;
  const running = await registry.findAll(config.nodes.map(({ name }) => name));
  const old = [...running].filter(([, { argv }]) => !knowsAccounts(argv)).map(([name]) => name);
  if (old.length > 0) {
    throw new MqhaError(
      'rotation-refused',
      `${old.join(', ')} was started by an earlier mqha, and reads its account at its start only`,
      { hint: 'Run `mqha restart` first, which goes node by node. No password was changed.' },
    );
  }
  const isOwn = specs.some(({ kind }) => kind === 'management');
  const drill = isOwn ? await workerOn(cluster, 'drill') : undefined;
  if (drill !== undefined) {
    throw new MqhaError(
      'rotation-refused',
      `a drill (pid ${drill}) is at work, and its clients have the password of mqha's own account`,
      { hint: 'Wait until it has ended, or name the accounts to rotate. No password was changed.' },
    );
  }
  const others = outOfReach(cluster, config.nodes, 'launch');
  if (others.length === 0) return;
  cluster.host.emit({
    type: 'warning',
    message: `${placesOf(others)}: brokers there take the old passwords until .mqha/credentials.json of this machine is copied there and \`mqha render\` was run`,
  });
}
