import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCluster, thisHost } from '../../src/cluster/context.js';
import { refuseHeldPorts } from '../../src/cluster/plan.js';
import type { ClusterStatus } from '../../src/cluster/status.js';
import { packageRoot } from '../../src/package.js';
import { freePorts } from '../../src/process/ports.js';
import { temporaryDirectory } from '../support/temp.js';

/** Runs the built command line as a script would. */
function mqha(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(packageRoot(), 'bin', 'mqha.js'), ...args],
    { encoding: 'utf8', env: { ...process.env, MQHA_CLUSTER: '', ...env }, cwd: '/' },
  );
  return { status, stdout, stderr };
}

async function made(): Promise<string> {
  const directory = join(temporaryDirectory(), 'c');
  const [web = 0, message = 0, zookeeper = 0] = await freePorts([3, 3, 1]);
  const ports = ['--web-port', web, '--message-port', message, '--zookeeper-port', zookeeper];
  expect(mqha(['init', directory, ...ports.map(String)]).status).toBe(0);
  return directory;
}

interface ErrorDocument {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string };
}

const errorOf = (stderr: string) => (JSON.parse(stderr) as ErrorDocument).error;

describe('the command line', () => {
  it.each([
    [['nonsense'], 'unknown command'],
    [['status', '--nonsense'], 'unknown option'],
    [['stop'], 'missing required argument'],
    [['init', '--nodes', 'three'], 'not a whole number'],
    [['init', '--nodes', '0'], 'out of range'],
    [['init', '--nodes', '10'], 'out of range'],
    [['init', '--web-port', '80'], 'privileged'],
    [['init', '--host', 'a b'], '"a b" is not a host name'],
    [['status'], 'no cluster found'],
  ])('answers wrong usage %j with exit code 2, an error and a hint', (args, message) => {
    const { status, stdout, stderr } = mqha(args);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^error: .+\nhint: .+\n$/s);
    expect(stderr).toContain(message);
    const json = mqha([...args, '--json']);
    expect(json.status).toBe(2);
    expect(errorOf(json.stderr).message).toContain(message);
    expect(errorOf(json.stderr).hint).not.toBe('');
  });

  it('answers check with 3 where it cannot tell', () => {
    expect(mqha(['check']).status).toBe(3);
    expect(mqha(['check', '--nonsense']).status).toBe(3);
  });

  it('writes files with a secret for their owner only', async () => {
    const directory = await made();
    const mode = (...path: string[]) => statSync(join(directory, ...path)).mode & 0o777;
    expect(mode('.mqha')).toBe(0o700);
    expect(mode('.mqha', 'credentials.json')).toBe(0o600);
    expect(mode('nodes', 'mq01', 'conf')).toBe(0o700);
    expect(mode('nodes', 'mq01', 'conf', 'credentials.properties')).toBe(0o600);
    expect(mode('nodes', 'mq01', 'conf', 'jetty-realm.properties')).toBe(0o600);
    const password = (
      JSON.parse(mqha(['-C', directory, 'env', '--json']).stdout) as { password: string }
    ).password;
    const open = readdirSync(join(directory, 'nodes'), { recursive: true, encoding: 'utf8' })
      .map((name) => join(directory, 'nodes', name))
      .filter((path) => statSync(path).isFile() && (statSync(path).mode & 0o077) !== 0);
    expect(open.length).toBeGreaterThan(0);
    for (const path of open) expect(readFileSync(path, 'utf8')).not.toContain(password);
  });

  it('does not make a cluster on a cluster', async () => {
    const directory = await made();
    const again = mqha(['init', directory, '--json']);
    expect(again.status).toBe(1);
    expect(errorOf(again.stderr).code).toBe('cluster-exists');
  });

  it('tells the whole of a stopped cluster', async () => {
    const directory = await made();
    const { status, stdout } = mqha(['-C', directory, 'status', '--json']);
    expect(status).toBe(0);
    const document = JSON.parse(stdout) as ClusterStatus;
    expect(document).toMatchObject({ state: 'stopped', master: null, elector: null, quorum: 2 });
    expect(document.zookeeper).toMatchObject({
      managed: true,
      reachable: false,
      numChildren: null,
    });
    expect(document.nodes.map((node) => node.process)).toEqual(['stopped', 'stopped', 'stopped']);
    expect(document.problems).toEqual([]);
    expect(mqha(['-C', directory, 'check']).status).toBe(2);
  });

  it('kills and stops what is stopped without an error', async () => {
    const directory = await made();
    const killed = mqha(['-C', directory, 'kill', 'mq01', '--json']);
    expect(killed.status).toBe(0);
    expect(JSON.parse(killed.stdout)).toMatchObject({
      killed: [],
      newMaster: null,
      failoverMs: null,
    });
    expect(mqha(['-C', directory, 'stop', 'mq01']).status).toBe(0);
    expect(mqha(['-C', directory, 'down']).status).toBe(0);
    expect(mqha(['-C', directory, 'kill', 'mq09']).status).toBe(2);
    expect(mqha(['-C', directory, 'kill', 'master']).status).toBe(1);
    expect(mqha(['-C', directory, 'logs', 'mq09']).status).toBe(2);
  });

  it('gives a shell what a client needs', async () => {
    const { stdout } = mqha(['-C', await made(), 'env', '--shell']);
    for (const name of ['MQHA_FAILOVER_URL', 'MQHA_USERNAME', 'SPRING_ACTIVEMQ_PASSWORD']) {
      expect(stdout).toMatch(new RegExp(`^export ${name}='.+'$`, 'm'));
    }
  });

  it('does not overwrite what a person edited, until told to, and keeps a copy', async () => {
    const directory = await made();
    const conf = join(directory, 'nodes', 'mq01', 'conf');
    expect(mqha(['-C', directory, 'render', '--check']).status).toBe(0);
    appendFileSync(join(conf, 'log4j.properties'), '# mine\n');
    const check = mqha(['-C', directory, 'render', '--check']);
    expect(check.status).toBe(1);
    expect(check.stdout).toContain('-# mine');
    expect(mqha(['-C', directory, 'render']).stderr).toContain('nodes/mq01/conf/log4j.properties');
    expect(mqha(['-C', directory, 'render', '--yes']).status).toBe(0);
    expect(readFileSync(join(conf, 'log4j.properties'), 'utf8')).not.toContain('# mine');
    const [copy = ''] = readdirSync(conf).filter((name) => name.includes('.edited-'));
    expect(readFileSync(join(conf, copy), 'utf8')).toContain('# mine');
  });

  it('notices that the cluster directory was moved, or copied', async () => {
    const directory = await made();
    const copy = `${directory}-copy`;
    cpSync(directory, copy, { recursive: true });
    const copied = mqha(['-C', copy, 'up', '--json']);
    expect(copied.status).toBe(1);
    expect(errorOf(copied.stderr)).toMatchObject({ code: 'cluster-moved' });
    expect(errorOf(copied.stderr).message).toContain('copied');
    const moved = `${directory}-moved`;
    renameSync(directory, moved);
    expect(errorOf(mqha(['-C', moved, 'up', '--json']).stderr).message).toContain('moved');
    expect(mqha(['-C', moved, 'render', '--yes']).status).toBe(0);
    expect(mqha(['-C', moved, 'render', '--check']).status).toBe(0);
  });

  it('says that there is no Java, or too old a one', async () => {
    const directory = await made();
    const home = join(temporaryDirectory(), 'jdk');
    mkdirSync(join(home, 'bin'), { recursive: true });
    const missing = mqha(['-C', directory, 'up', '--json'], { JAVA_HOME: home });
    expect(missing.status).toBe(1);
    expect(errorOf(missing.stderr).code).toBe('java-missing');
    const script =
      '#!/bin/sh\nprintf "    java.home = %s\\n    java.version = 11.0.2\\n    java.vendor = x\\n" "$JAVA_HOME" >&2\n';
    writeFileSync(join(home, 'bin', 'java'), script);
    chmodSync(join(home, 'bin', 'java'), 0o755);
    const old = mqha(['-C', directory, 'up', '--json'], { JAVA_HOME: home });
    expect(errorOf(old.stderr)).toMatchObject({ code: 'java-too-old' });
    expect(errorOf(old.stderr).message).toContain('11.0.2');
  });

  it('names a taken port and its holder', async () => {
    const cluster = await openCluster(await made(), thisHost({}));
    const [first] = cluster.config.nodes;
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen({ host: '127.0.0.1', port: first?.messagePort ?? 0 }, resolve);
    });
    try {
      await expect(refuseHeldPorts(cluster, cluster.config.nodes)).rejects.toMatchObject({
        code: 'port-taken',
        message: expect.stringContaining(`pid ${process.pid}`) as string,
      });
    } finally {
      server.close();
    }
    await refuseHeldPorts(cluster, cluster.config.nodes);
  });
});
