import { describe, expect, it } from 'vitest';
import { FailoverLog } from '../../../src/supervisor/core/failover-log.js';

const served = (name: string) => ({ serving: name, elected: name, reason: 'none' });
const silent = (reason: string, elected?: string) => ({ serving: undefined, elected, reason });

/** A log in which mq01 serves since the moment 0. */
function withMaster(): FailoverLog {
  const log = new FailoverLog();
  log.update(served('mq01'), 0); // The first one is told, and no more here.
  return log;
}

const serving = (from: string, master: string, reason: string, outageMs: number | null) => ({
  source: 'supervisor',
  type: 'master-serving',
  master,
  from,
  reason,
  outageMs,
});

const lost = (reason: string, master = 'mq01') => ({
  source: 'supervisor',
  type: 'master-lost',
  master,
  reason,
});

const elected = (master: string) => ({ source: 'supervisor', type: 'master-elected', master });

/** The master's process ends, and it is known why. */
function died(log: FailoverLog, name: string, now: number, reason: string) {
  log.died(name, now);
  return log.explain(name, reason);
}

describe('the log of the masters', () => {
  const change = (to: string | null, from: string | null = null) => ({
    at: '2026-11-29T10:00:00.000Z',
    from,
    to,
    reason: 'mq01 died',
    outageMs: null,
  });

  it('begins with the first master that the cluster has', () => {
    const [entry, ...others] = new FailoverLog().update(served('mq01'), 100);
    expect(entry).toMatchObject({ from: null, master: 'mq01', reason: 'start', outageMs: null });
    expect(others).toEqual([]);
  });

  it('tells what changed, or ended, while nobody looked', () => {
    const another = new FailoverLog(change('mq02')).update(served('mq01'), 100);
    expect(another).toMatchObject([{ from: 'mq02', master: 'mq01', reason: 'unseen' }]);
    const again = new FailoverLog(change(null, 'mq01')).update(served('mq01'), 100);
    expect(again).toMatchObject([{ from: 'mq01', master: 'mq01', reason: 'mq01 died' }]);
  });

  it('begins without a change where the journal ends with who serves', () => {
    const log = new FailoverLog(change('mq01'));
    expect(log.update(silent('start'), 0)).toEqual([]);
    expect(log.update(silent('start', 'mq01'), 50)).toEqual([]);
    expect(log.isServed).toBe(false);
    expect(log.last).toBeUndefined();
    expect(log.update(served('mq01'), 100)).toEqual([]);
    expect(log.isServed).toBe(true);
    expect(log.last).toBe('mq01');
  });

  it('tells nothing while the same one serves', () => {
    const log = withMaster();
    expect(log.update(served('mq01'), 1000)).toEqual([]);
    expect(log.update(served('mq01'), 2000)).toEqual([]);
  });

  it('does not take one silence for a loss', () => {
    const log = withMaster();
    expect(log.update(silent('mq01 does not answer', 'mq01'), 1000)).toEqual([]);
    expect(log.isServed).toBe(false);
    expect(log.update(served('mq01'), 1050)).toEqual([]);
    expect(log.isServed).toBe(true);
    // The next silence is a first one again.
    expect(log.update(silent('mq01 does not answer', 'mq01'), 2000)).toEqual([]);
  });

  it('tells a loss at the second silence, once, with its reason', () => {
    const log = withMaster();
    log.update(silent('first', 'mq01'), 1000);
    expect(log.update(silent('mq01 does not answer', 'mq01'), 1050)).toEqual([
      lost('mq01 does not answer'),
    ]);
    expect(log.update(silent('another', 'mq01'), 1100)).toEqual([]);
    expect(log.last).toBe('mq01');
  });

  it('counts the outage from the first silence, with the reason of the loss', () => {
    const log = withMaster();
    log.update(silent('first', 'mq01'), 1000);
    log.update(silent('mq01 does not answer', 'mq01'), 1050);
    log.update(silent('later', 'mq01'), 5000);
    expect(log.update(served('mq01'), 6000)).toEqual([
      serving('mq01', 'mq01', 'mq01 does not answer', 5000),
    ]);
  });

  it('tells the death of the master at once, and the outage from there', () => {
    const log = withMaster();
    expect(died(log, 'mq01', 1000, 'mq01 died')).toEqual([lost('mq01 died')]);
    expect(log.isServed).toBe(false);
    expect(died(log, 'mq01', 1001, 'mq01 died')).toEqual([]);
    expect(log.update(silent('mq01 ended'), 1050)).toEqual([]);
    expect(log.update(silent('mq01 ended', 'mq02'), 1500)).toEqual([elected('mq02')]);
    expect(log.update(served('mq02'), 2500)).toEqual([serving('mq01', 'mq02', 'mq01 died', 1500)]);
    expect(log.last).toBe('mq02');
  });

  it('tells a death of which the reason is not known yet before what follows', () => {
    const log = withMaster();
    expect(log.died('mq01', 1000)).toBe(true);
    expect(log.update(served('mq02'), 1500)).toEqual([
      lost('mq01 ended'),
      elected('mq02'),
      serving('mq01', 'mq02', 'mq01 ended', 500),
    ]);
    expect(log.explain('mq01', 'mq01 died')).toEqual([]);
  });

  it('counts from the silence that came before the death', () => {
    const log = withMaster();
    log.update(silent('mq01 does not answer', 'mq01'), 990);
    expect(died(log, 'mq01', 1000, 'mq01 died')).toEqual([lost('mq01 died')]);
    expect(log.update(served('mq02'), 1990)).toEqual([
      elected('mq02'),
      serving('mq01', 'mq02', 'mq01 died', 1000),
    ]);
  });

  it('is not about the death of a slave', () => {
    const log = withMaster();
    expect(died(log, 'mq02', 1000, 'mq02 died')).toEqual([]);
    expect(log.isServed).toBe(true);
    expect(died(new FailoverLog(), 'mq02', 1000, 'mq02 died')).toEqual([]);
    // No outage begins.
    expect(log.died('mq02', 1000)).toBe(false);
  });

  it('does not tell the loss of the master with the reason of a slave', () => {
    const log = withMaster();
    log.died('mq01', 1000);
    expect(log.explain('mq02', 'mq02 ran out of memory')).toEqual([]);
    expect(log.explain('mq01', 'mq01 died')).toEqual([lost('mq01 died')]);
  });

  it('keeps to the reason with which the loss was told', () => {
    const log = withMaster();
    log.update(silent('', 'mq01'), 1000);
    log.update(silent('mq01 does not answer', 'mq01'), 1050);
    expect(died(log, 'mq01', 1100, 'mq01 was hung')).toEqual([]);
    expect(log.update(served('mq02'), 2000)).toEqual([
      elected('mq02'),
      serving('mq01', 'mq02', 'mq01 does not answer', 1000),
    ]);
  });

  it('has a switch in it of which no gap was seen', () => {
    expect(withMaster().update(served('mq02'), 1000)).toEqual([
      elected('mq02'),
      serving('mq01', 'mq02', 'unseen', null),
    ]);
  });

  it('tells nothing of a master that the next elector names as well', () => {
    const log = withMaster();
    const unnamed = { ...served('mq01'), elected: undefined };
    expect(log.update(unnamed, 1000)).toEqual([]);
    expect(log.update(served('mq01'), 1100)).toEqual([]);
  });

  it('tells of one that is elected and elected again only once', () => {
    const log = withMaster();
    died(log, 'mq01', 1000, 'mq01 died');
    expect(log.update(silent('', 'mq03'), 1100)).toEqual([elected('mq03')]);
    expect(log.update(silent('', 'mq03'), 1200)).toEqual([]);
  });

  it('tells of one that is elected again after nobody was', () => {
    const log = withMaster();
    died(log, 'mq01', 1000, 'mq01 died');
    log.update(silent('', 'mq03'), 1100);
    expect(log.update(silent(''), 1200)).toEqual([]);
    expect(log.update(silent('', 'mq03'), 1300)).toEqual([elected('mq03')]);
  });
});
