import { markOf, sinceMark } from '../../agents/local/log.js';

const LINE = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d),(\d{3}) \| (.*)$/;

/** A line of a broker's log with its time, which is of the clock of this machine. */
export interface TimedLine {
  /** Date.now() of its writing. */
  readonly at: number;
  /** Without the time: level, message, class, thread, separated by ` | `. */
  readonly text: string;
}

/** The lines of a text that begin with a time; those of a stack trace do not. */
export function timedLines(text: string): TimedLine[] {
  return text.split('\n').flatMap((line) => {
    const [, date, time, milliseconds, said = ''] = LINE.exec(line) ?? [];
    if (date === undefined || time === undefined || milliseconds === undefined) return [];
    return [{ at: new Date(`${date}T${time}.${milliseconds}`).getTime(), text: said }];
  });
}

/** What is written into a log from a moment on. */
export class LogSince {
  readonly #path: string;
  readonly #mark: number;

  private constructor(path: string, mark: number) {
    this.#path = path;
    this.#mark = mark;
  }

  static async now(path: string): Promise<LogSince> {
    return new LogSince(path, await markOf(path));
  }

  text(): Promise<string> {
    return sinceMark(this.#path, this.#mark);
  }

  async lines(): Promise<TimedLine[]> {
    return timedLines(await this.text());
  }
}

/** When the first line with this text was written; NaN where there is none. */
export function saidAt(lines: readonly TimedLine[], text: string): number {
  return lines.find((line) => line.text.includes(text))?.at ?? NaN;
}

/** The thread of a slave's rehearsal: what it logs is about another broker. */
const REHEARSAL = '| mqha standby';

/** What a broker says when its part in the cluster changes, or when it explains why it does not. */
const EXPLAINS = [
  /Promoted to master/,
  /Master started: /,
  /Master stopped/,
  /Demoted to slave/,
  /Slave (started|stopped)/,
  /Not enough cluster members/,
  /Too many cluster members/,
  /Slave has (connected|now caught up|disconnected)/,
  /Store update waiting on/,
  /Attaching to master/,
  /\| Attached \|/,
  /Unexpected session error/,
  /login failed/,
  /Recovering from a dirty index/,
  /Apache ActiveMQ .* (started|is starting|is shutting down|is shutdown)/,
  /WebConsole available at/,
  /session .*expired/i,
  /Connection.*(lost|dropped).*zookeeper/i,
  /Stopping BrokerService/,
];

/** Whether a line tells something about a failover, of the broker that the log is of. */
export function explains({ text }: TimedLine): boolean {
  return !text.endsWith(REHEARSAL) && EXPLAINS.some((pattern) => pattern.test(text));
}

/** The message of a line, without level, class and thread. */
export function messageIn({ text }: TimedLine): string {
  const [, ...rest] = text.split(' | ');
  return rest
    .slice(0, Math.max(1, rest.length - 2))
    .join(' | ')
    .trim();
}
