import { coloursOf } from './colours.js';
import type { ClusterEvent, DrillPlace, Emit } from '../../state/progress.js';
import type { InstallEvent } from '../../distribution/index.js';
import { SIDES, titleOf } from '../../drill/title.js';
import { formatDuration } from '../../lib/time.js';
import type { Io } from './io.js';
import { Spinner } from './spinner.js';
import { visibleValue } from '../../lib/visible.js';
import { counted } from '../../lib/counted.js';

/** A message that waits longer for its acknowledgement is worth a word. */
const WAITING_MS = 1000;

/** Shows what happens, on stderr: a spinner on a terminal, one plain line a step elsewhere. */
export interface Reporter {
  readonly emit: Emit;
  /** Ends the spinner; call it before anything else is printed. */
  stop(): void;
}

export function createReporter(io: Io): Reporter {
  const colour = coloursOf(io.stderr);
  const spinner = io.stderr.isFancy ? new Spinner(io.stderr) : undefined;
  const line = (text: string) => {
    if (spinner) spinner.write(`${text}\n`);
    else void io.stderr.print(`${text}\n`);
  };
  let lastPassing = '';
  return {
    emit(happened) {
      const event = visibleValue(happened);
      if (event.type === 'warning') {
        line(`${colour.yellow('warning:')} ${event.message}`);
        return;
      }
      if (event.type === 'install' && event.event.type === 'warning') {
        line(`${colour.yellow('warning:')} ${event.event.message}. ${event.event.hint}`);
        return;
      }
      const step = describe(event);
      if (!step) return;
      if (!step.passing) {
        const sign = step.failed === true ? colour.red('✗') : colour.green('✓');
        line(`${sign} ${step.text}`);
        return;
      }
      if (spinner) {
        spinner.show(step.text);
      } else if (step.text !== lastPassing && step.quiet !== true) {
        line(`  ${step.text}`);
      }
      lastPassing = step.text;
    },
    stop() {
      spinner?.stop();
    },
  };
}

interface Step {
  readonly text: string;
  /** It goes on; a terminal shows it on the spinner's line. */
  readonly passing: boolean;
  /** Too frequent for plain lines. */
  readonly quiet?: boolean;
  /** It ended, and not well. */
  readonly failed?: boolean;
}

const done = (text: string): Step => ({ text, passing: false });
const passing = (text: string, quiet = false): Step => ({ text, passing: true, quiet });

/** An event in words; undefined for one that needs none. */
export function describe(event: ClusterEvent): Step | undefined {
  switch (event.type) {
    case 'install':
      return describeInstall(event.event);
    case 'warning':
      return undefined;
    case 'waiting-for-lock': {
      const { holder } = event;
      return passing(
        holder
          ? `waiting for \`${holder.command}\` (pid ${holder.pid}) to finish`
          : 'waiting for another mqha to finish',
      );
    }
    case 'rendered':
      return done(
        `rendered ${counted(event.written, 'file')}${event.kept.length === 0 ? '' : `; kept a copy of what was edited: ${event.kept.join(', ')}`}`,
      );
    case 'process-started':
      return done(`started ${event.name} (pid ${event.pid})`);
    case 'already-running':
      return done(`${event.name} is running already (pid ${event.pid})`);
    case 'zookeeper-ready':
      return done(`ZooKeeper answers at ${event.connect} (${formatDuration(event.ms)})`);
    case 'waiting-for-znode':
      return passing(
        `waiting until ZooKeeper has ended the session of the earlier ${event.node} (znode ${event.znode})`,
      );
    case 'stash-restored':
      return done(
        `${event.node} was killed while it attached: its own store was restored, the incomplete copy ${event.kept === undefined ? 'removed, since the disk is short of room' : `kept in ${event.kept}`}`,
      );
    case 'store-set-aside':
      return done(
        `the store of ${event.node} is set aside in ${event.kept}, and it attaches anew: ${event.why}`,
      );
    case 'node-phase':
      return passing(`${event.node}: ${event.phase}`);
    case 'stopping':
      return passing(`stopping ${event.name} (pid ${event.pid})`);
    case 'stopped':
      return done(
        `stopped ${event.name} (${formatDuration(event.ms)}${event.forced ? '; it did not end by itself and was killed' : ''})`,
      );
    case 'supervisor-started':
      return done(`the supervisor runs (pid ${event.pid})`);
    case 'certificates-made':
      return done(`made certificates: ${event.made.join(', ')}`);
    case 'account-step':
    case 'certificate-step':
    case 'scale-step':
      return done(event.text);
    case 'restart-resumed':
      return done(
        `resuming the restart that was interrupted; restarted before: ${event.done.join(', ')}`,
      );
    case 'supervising':
      return done(
        `supervising the cluster (pid ${event.pid}); \`mqha events -f\` reports what it does`,
      );
    case 'supervisor-ended':
      return done(`ended the supervisor (pid ${event.pid})`);
    case 'killed':
      return done(`killed ${event.name} (pid ${event.pid}); following what the cluster does`);
    case 'removed':
      return done(`removed ${event.what}`);
    case 'sending':
      return passing(
        [
          `sent ${event.acknowledged}${event.total === undefined ? '' : ` of ${event.total}`} to ${event.queue}`,
          event.sentAgain === 0 ? '' : `, ${event.sentAgain} again`,
          leftText(event),
          event.waitingMs < WAITING_MS
            ? ''
            : `; no acknowledgement for ${formatDuration(event.waitingMs)}`,
          event.why === undefined ? '' : `: ${event.why}`,
        ].join(''),
        !event.plain,
      );
    case 'receiving':
      return passing(`took ${event.count} from ${event.queue}`);
    case 'received': {
      const { queue, count, browse, brokers } = event;
      const many = count === 0 ? 'no message' : counted(count, 'message');
      const by = brokers.length === 0 ? '' : ` (${brokers.join(', then ')})`;
      return done(`${browse ? 'showed' : 'took'} ${many} from ${queue}${by}`);
    }
    case 'drill-step':
      return passing(event.text);
    case 'drill-phase':
      return passing(`${placeOf(event)}: ${event.phase}`);
    case 'drill-progress': {
      const { phase, rate, acknowledged, outageMs } = event;
      const outage = outageMs === 0 ? '' : `, no answer for ${formatDuration(outageMs)}`;
      return passing(
        `${placeOf(event)}: ${phase}; ${rate}/s, ${acknowledged} acknowledged${outage}`,
        true,
      );
    }
    case 'drill-round':
      return { ...done(`${placeOf(event)}: ${event.text}`), failed: !event.passed };
  }
}

/** How fast it goes, and how long the rest takes at that. */
function leftText({ acknowledged, total, perSecond }: Sending): string {
  if (acknowledged === 0) return '';
  const left = total === undefined ? 0 : (total - acknowledged) / perSecond;
  return `, ${Math.round(perSecond)}/s${left < 1 ? '' : `, ${formatDuration(Math.round(left) * 1000)} left`}`;
}

type Sending = Extract<ClusterEvent, { readonly type: 'sending' }>;

function placeOf({ side, round, rounds, ...what }: DrillPlace): string {
  return `${titleOf(what)} ${round}/${rounds}${side === 'alone' ? ` ${SIDES.alone}` : ''}`;
}

function describeInstall(event: InstallEvent): Step | undefined {
  switch (event.type) {
    case 'install-started':
      return passing(`installing ActiveMQ and ZooKeeper into ${event.cache}`);
    case 'mending':
      return passing(`repairing ${event.what}: ${event.reason}`);
    case 'fetching':
      return passing(
        `fetching ${counted(event.files, 'file')} (${Math.round(event.bytes / 1024 / 1024)} MB) with mvn; the first time takes a minute or more`,
      );
    case 'resolving':
      return passing(`fetching ${event.file} (${event.done} of ${event.total} are here)`);
    case 'waiting':
      return passing(`mvn is working (${formatDuration(event.elapsedMs)})`, true);
    case 'verified':
      return passing(`verified ${event.file} (${event.done} of ${event.total})`, true);
    case 'unpacking':
      return passing(`unpacking ${event.file}`);
    case 'install-done':
      return event.cached
        ? undefined
        : done(`installed ActiveMQ and ZooKeeper (${formatDuration(event.ms)})`);
    case 'guarded':
    case 'warning':
      return undefined;
  }
}
