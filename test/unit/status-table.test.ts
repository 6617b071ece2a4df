import { describe, expect, it } from 'vitest';
import { coloursOf } from '../../src/cli/output/colours.js';
import { statusText } from '../../src/cli/output/status-table.js';
import { DEAD, judged, whole, type Scene } from './scenes.js';

const PLAIN = coloursOf({ isFancy: false });

const linesOf = (scene: Scene, wide = false) =>
  statusText({ ...judged(scene), directory: '/srv/orders' }, PLAIN, wide).split('\n');

describe('the table of status', () => {
  const lines = linesOf(whole());

  it('fits 80 columns where addresses are of this machine', () => {
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines).toContain('in /srv/orders');
    expect(lines.some((line) => line.startsWith('numChildren = 3 '))).toBe(true);
  });

  it('has a row a node, with the message port alone', () => {
    const head = lines.findIndex((line) => line.startsWith('NODE '));
    expect(lines[head]?.split(/\s{2,}/)).toEqual([
      ...['NODE', 'ROLE', 'PROCESS', 'PID', 'MESSAGES', 'CLIENTS', 'ATTACHED'],
    ]);
    expect(lines[head + 1]?.split(/\s{2,}/).slice(0, 3)).toEqual(['mq01', 'slave', 'running']);
    expect(lines[head + 2]?.split(/\s{2,}/)).toContain('60002');
  });

  it('has every column where asked', () => {
    const wide = linesOf(whole(), true);
    const head = wide.find((line) => line.startsWith('NODE '));
    for (const name of ['MEMBER', 'WEB', 'REPLICATION']) expect(head).toContain(name);
    expect(wide.some((line) => line.includes('127.0.0.1:8161'))).toBe(true);
  });

  it('paints roles, and nothing else of a row', () => {
    const fancy = coloursOf({ isFancy: true });
    const text = statusText(judged({ ...whole(), nodes: { mq03: DEAD } }), fancy);
    const row = (name: string) => text.split('\n').find((line) => line.startsWith(name)) ?? '';
    expect(row('mq02')).toMatch(/^mq02 +\S*\[32mmaster\S*\[39m +running/);
    expect(row('mq01')).not.toMatch(/\[\d+m/);
  });
});
