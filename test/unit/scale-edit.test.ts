import { describe, expect, it } from 'vitest';
import { portTable } from '../../src/config/defaults.js';
import { parseConfig } from '../../src/config/load.js';
import { renderClusterFile } from '../../src/config/cluster-file.js';
import { editNodes, newNodes } from '../../src/operations/scale/edit.js';

const yes = () => Promise.resolve(true);
const no = () => Promise.resolve(false);
const three = await portTable({ nodes: 3 }, yes);
const ENTRY =
  '{ name: mq04, host: 127.0.0.1, webPort: 8164, messagePort: 60004, replicationHost: 127.0.0.4, replicationPort: 61600 }';

describe('a node that comes', () => {
  it('follows the port table', async () => {
    const five = await portTable({ nodes: 5 }, yes);
    expect(await newNodes(three, 2, yes)).toEqual(five.nodes.slice(3));
  });

  it('counts the replication port up where there is one address only', async () => {
    const one = await portTable({ nodes: 3 }, no);
    expect(await newNodes(one, 2, no)).toEqual((await portTable({ nodes: 5 }, no)).nodes.slice(3));
    const [lonely] = await newNodes(three, 1, no);
    expect(lonely).toMatchObject({ replicationHost: '127.0.0.3', replicationPort: 61601 });
  });

  it('takes no name and no port of another', async () => {
    const text = renderClusterFile(three)
      .replace('name: mq02', 'name: node-9')
      .replace('connect: 127.0.0.1:2181', 'connect: 127.0.0.1:8164');
    const [first, second] = await newNodes(parseConfig(text, 'x'), 2, yes);
    expect(first).toMatchObject({ name: 'mq04', webPort: 8165, messagePort: 60004 });
    expect(second).toMatchObject({ name: 'mq05', webPort: 8166, messagePort: 60005 });
  });
});

describe('mqha.yaml, when nodes come or go', () => {
  const source = renderClusterFile(three);

  it('keeps every other line to the letter', async () => {
    const add = await newNodes(three, 1, yes);
    const text = editNodes(source, 'x', { add, remove: [] });
    expect(text).toBe(`${source.replace('replicas: 3', 'replicas: 4')}  - ${ENTRY}\n`);
    expect(editNodes(text, 'x', { add: [], remove: ['mq04'] })).toBe(source);
  });

  it('keeps the comments of a person, before, behind and between', async () => {
    const mine = source
      .replace(/( {2}- \{ name: mq03.*\})/, '  # the one in the cellar\n$1   # slow disk')
      .replace('replicas: 3 ', 'replicas:   3   # three, says Ada')
      .concat('# the end');
    const add = await newNodes(three, 1, yes);
    const text = editNodes(mine, 'x', { add, remove: [] });
    for (const words of [
      'the one in the cellar',
      '# slow disk',
      '4   # three, says Ada',
      '# the end',
    ]) {
      expect(text).toContain(words);
    }
    expect(parseConfig(text, 'x').nodes.map(({ name }) => name)).toHaveLength(4);
    expect(editNodes(text, 'x', { add: [], remove: ['mq04'] })).toBe(
      mine.replace('# the end', '# the end'),
    );
  });

  it.each([
    ['without a newline at its end', (text: string) => text.trimEnd()],
    ['with \\r\\n', (text: string) => text.replaceAll('\n', '\r\n')],
    [
      'with nodes as blocks, and a key behind them',
      (text: string) =>
        text
          .replace(
            / {2}- \{ (.*) \}/g,
            (_, pairs: string) => `  - ${pairs.split(', ').join('\n    ')} # c`,
          )
          .replace(/^sync:.*\n/m, '')
          .concat('sync: quorum_mem # last\n'),
    ],
    [
      'with nodes in one line',
      (text: string) =>
        text.replace(
          /nodes:\n([\s\S]*)$/,
          (_, items: string) =>
            `nodes: [${items
              .trim()
              .split('\n')
              .map((line) => line.replace(/^ *- /, ''))
              .join(', ')}] # c\n`,
        ),
    ],
  ])('is changed also %s', async (_, change) => {
    const text = change(source);
    const add = await newNodes(three, 2, yes);
    const grown = editNodes(text, 'x', { add, remove: [] });
    expect(parseConfig(grown, 'x')).toEqual({
      ...three,
      replicas: 5,
      nodes: [...three.nodes, ...add],
    });
    const shrunk = editNodes(grown, 'x', { add: [], remove: ['mq01', 'mq05'] });
    expect(parseConfig(shrunk, 'x').nodes.map(({ name }) => name)).toEqual([
      'mq02',
      'mq03',
      'mq04',
    ]);
    expect(shrunk.split('#').length).toBeGreaterThan(4);
  });
});
