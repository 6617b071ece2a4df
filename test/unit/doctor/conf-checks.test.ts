import { describe, expect, it } from 'vitest';
import { FILE_CODES } from '../../../src/doctor/file-codes.js';
import type { BrokerFile } from '../../../src/doctor/conf/broker-file.js';
import { parseXml } from '../../../src/doctor/conf/xml.js';
import { judgeFiles } from '../../../src/doctor/conf-checks/judge.js';
import type { Finding } from '../../../src/doctor/finding.js';
import { brief, changed, FACTS, judged, parsed, sound } from './files.js';

type Changes = readonly (readonly [string, string])[];

/** Of three nodes, the second is changed. */
const second = (...changes: Changes) =>
  judged(
    [1, 2, 3].map((node) => parsed(sound(node, ...(node === 2 ? changes : [])), {}, `${node}.xml`)),
  );

const withJetty = (jetty: string): Partial<BrokerFile> => ({
  jetty: { file: 'jetty.xml', root: parseXml(jetty).root },
});

const IMPORT: Changes = [['  </broker>', '  </broker>\n  <import resource="jetty.xml"/>']];

const console_ = (host: string, authenticate: boolean) =>
  withJetty(
    `<beans><bean><property name="roles" value="admin"/><property name="authenticate" value="${authenticate}"/></bean>
     <bean><property name="host" value="${host}"/><property name="port" value="8161"/></bean></beans>`,
  );

/** What makes each check fire alone, on the line on which the fault is. */
const FIRES: Readonly<Record<string, readonly (readonly [() => Finding[], string[]])[]>> = {
  'xml-malformed': [
    [() => changed(['replicas="3"', 'replicas="3" <!-- copies -->']), ['xml-malformed fail 9']],
    [() => changed(['</beans>', '']), ['xml-malformed fail 37']],
  ],
  'xml-doctype': [[() => changed(['?>\n', '?>\n<!DOCTYPE beans>\n']), ['xml-doctype warn 2']]],
  'store-missing': [
    [() => judged([parsed('<beans>\n<bean/></beans>')]), ['store-missing fail 1']],
    [
      () =>
        judged([parsed(sound(1).replace(/<replicatedLevelDB[^>]*>/, '<kahaDB directory="x"/>'))]),
      ['store-missing fail 9'],
    ],
  ],
  'store-attribute': [
    [() => changed(['zkPath="', 'zkpath="/x" zkPath="']), ['store-attribute fail 11']],
    [() => changed(['zkSessionTimeout', 'zkSessionTmeout']), ['store-attribute fail 12']],
  ],
  'not-persistent': [
    [() => changed(['schedulerSupport="false"', 'persistent="false"']), ['not-persistent fail 7']],
  ],
  'broker-names': [
    [() => second(['brokerName="orders"', 'brokerName="other"']), ['broker-names fail 7']],
    [() => changed(['brokerName="orders" ', '']), ['broker-names warn 7']],
    [() => changed(['"orders"', '"${name}"']), ['broker-names unknown 7']],
  ],
  'hostname-missing': [
    [() => changed(['hostname="mq01.example.org"', '']), ['hostname-missing warn 9']],
  ],
  'hostname-twice': [
    [
      () =>
        second(['hostname="mq02', 'hostname="mq01'], ['/var/lib/activemq-none/storedb', '/var/b']),
      ['hostname-twice fail 10'],
    ],
    [
      () =>
        second(
          ['hostname="mq02', 'hostname="mq01'],
          ['21619', '21620'],
          ['/var/lib/activemq-none/storedb', '/var/b'],
        ),
      ['hostname-twice warn 10'],
    ],
  ],
  'hostname-invalid': [
    [() => changed(['mq01.example', 'mq_01.example']), ['hostname-invalid fail 10']],
    [() => changed(['mq01.example.org', '0.0.0.0']), ['hostname-invalid fail 10']],
  ],
  replicas: [
    [() => changed(['replicas="3"', 'replicas="2"']), ['replicas fail 9']],
    [() => changed(['replicas="3"', 'replicas="4"']), ['replicas warn 9']],
    [() => changed(['replicas="3"', 'replicas="1"']), ['replicas warn 9']],
    [() => changed(['replicas="3"', 'replicas="three"']), ['replicas fail 9']],
    [() => second(['replicas="3"', 'replicas="5"']), ['replicas fail 9', 'replicas fail 9']],
    [() => judged([parsed(sound(1)), parsed(sound(2))]), ['replicas fail 9']],
  ],
  sync: [
    [() => changed(['quorum_disk', 'quorum_dsk']), ['sync fail 9']],
    [() => changed(['quorum_disk', 'local_disk']), ['sync warn 9']],
    [() => changed(['quorum_disk', 'quorum_mem, disk']), ['sync fail 9']],
    [() => second(['quorum_disk', 'quorum_mem']), ['sync fail 9']],
  ],
  bind: [
    [() => changed(['192.0.2.11:21619', '192.0.2.11']), ['bind fail 10']],
    [() => changed(['192.0.2.11:21619', '192.0.2.11:0']), ['bind fail 10']],
    [() => changed(['192.0.2.11:21619', '${address}:0']), ['bind fail 10']],
    [() => changed(['192.0.2.11:21619', '192.0.2.11:70000']), ['bind fail 10']],
    [() => changed(['tcp://192.0.2.11:21619', '21619']), ['bind fail 10']],
    [() => changed(['192.0.2.11:21619', '127.0.0.1:21619']), ['bind fail 10']],
    [() => changed(['192.0.2.11:21619', '0.0.0.0:21619']), ['bind warn 10']],
  ],
  'security-token': [
    [() => changed(['securityToken="${store.token}"', '']), ['security-token fail 9']],
    [() => changed(['${store.token}', '']), ['security-token fail 12']],
    [
      () =>
        judged(
          [1, 2, 3].map((node) => parsed(sound(node, ['${store.token}', node === 3 ? 'b' : 'a']))),
        ),
      ['security-token fail 12'],
    ],
  ],
  'directory-shared': [
    [
      () =>
        judged(
          [1, 2, 3].map((node) =>
            parsed(sound(node, [`mq0${node}.example.org`, `127.0.0.${node}`])),
          ),
        ),
      ['directory-shared fail 9', 'directory-shared fail 9'],
    ],
  ],
  'zookeeper-address': [
    [
      () => changed([',zk2.example.org:2181,zk3.example.org:2181', '']),
      ['zookeeper-address warn 11'],
    ],
    [() => changed([',zk3.example.org:2181', '']), ['zookeeper-address warn 11']],
    [() => second(['zk3.example', 'zk4.example']), ['zookeeper-address fail 11']],
    [
      () => judged([1, 2, 3].map((node) => parsed(sound(node, ['zk1.example.org', 'localhost'])))),
      ['zookeeper-address fail 11'],
    ],
  ],
  'zookeeper-path': [
    [() => changed(['"/orders/store"', '"orders"']), ['zookeeper-path fail 11']],
    [() => changed(['zkPath="/orders/store"', '']), ['zookeeper-path warn 9']],
    [() => second(['"/orders/store"', '"/orders"']), ['zookeeper-path fail 11']],
  ],
  'zookeeper-password': [
    [() => changed(['zkPassword="${zk.password}"', '']), ['zookeeper-password warn 9']],
  ],
  'session-timeout': [
    [() => changed(['"10s"', '"2s"']), ['session-timeout warn 12']],
    [() => changed(['"10s"', '"1m"']), ['session-timeout warn 12']],
    [() => changed(['zkSessionTimeout="10s"', '']), ['session-timeout warn 9']],
  ],
  'port-clash': [
    [
      () =>
        changed([
          '<transportConnectors>',
          '<transportConnectors>\n<transportConnector uri="tcp://0.0.0.0:21616?maximumConnections=1&amp;wireFormat.maxFrameSize=1"/>',
        ]),
      ['port-clash fail 35'],
    ],
    [
      () =>
        second(
          ['hostname="mq02', 'hostname="mq01'],
          ['21619', '21620'],
          ['/var/lib/activemq-none/storedb', '/var/b'],
          ['192.0.2.12:21616', '0.0.0.0:21616'],
        ),
      ['hostname-twice warn 10', 'port-clash fail 34'],
    ],
    [
      () =>
        changed(
          ['<broker ', '<broker\n'],
          [
            '</broker>',
            '<managementContext><managementContext connectorPort="21616"/></managementContext></broker>',
          ],
        ),
      ['port-clash fail 37'],
    ],
  ],
  'port-outgoing': [
    [() => changed(['11:21616', '11:40000']), ['port-outgoing warn 34']],
    [
      () => judged([parsed(sound(1))], { ...FACTS, outgoing: undefined }),
      ['port-outgoing unknown 34'],
    ],
  ],
  'no-authentication': [
    [
      () => changed(['<jaasAuthenticationPlugin configuration="activemq"/>', '']),
      ['no-authentication fail 23'],
    ],
    [
      () =>
        changed(['<jaasAuthenticationPlugin configuration="activemq"/>', '<authorizationPlugin/>']),
      ['no-authentication fail 23'],
    ],
  ],
  'anonymous-access': [
    [
      () =>
        changed([
          '<jaasAuthenticationPlugin configuration="activemq"/>',
          '<simpleAuthenticationPlugin anonymousAccessAllowed="true"/>',
        ]),
      ['anonymous-access fail 24'],
    ],
  ],
  'default-account': [
    [
      () =>
        changed([
          '<jaasAuthenticationPlugin configuration="activemq"/>',
          '<simpleAuthenticationPlugin><users><authenticationUser username="system" password="manager"/></users></simpleAuthenticationPlugin>',
        ]),
      ['default-account fail 24'],
    ],
    [
      () =>
        judged([
          parsed(sound(1), {
            properties: [
              {
                file: 'jetty-realm.properties',
                entries: [{ key: 'ada', value: 'ada, admin', line: 4 }],
              },
            ],
          }),
        ]),
      ['default-account fail 4'],
    ],
  ],
  'console-open': [
    [() => changed(...IMPORT), ['console-open warn 37']],
    [
      () => judged([parsed(sound(1, ...IMPORT), console_('0.0.0.0', true))]),
      ['console-open warn 2'],
    ],
    [
      () => judged([parsed(sound(1, ...IMPORT), console_('127.0.0.1', false))]),
      ['console-open fail 1'],
    ],
  ],
  'connector-limits': [
    [() => changed(['maximumConnections=1000&amp;', '']), ['connector-limits warn 34']],
    [() => changed(['&amp;wireFormat.maxFrameSize=1048576', '']), ['connector-limits warn 34']],
  ],
  'usage-limits': [
    [
      () => changed(['<tempUsage><tempUsage limit="1 gb"/></tempUsage>', '']),
      ['usage-limits warn 26', 'usage-disk fail 29'],
    ],
  ],
  'usage-disk': [
    [() => changed(['4 gb', '8 gb']), ['usage-disk fail 29']],
    [() => judged([parsed(sound(1), { disk: undefined })]), ['usage-disk unknown 29']],
  ],
  'usage-percent': [
    [
      () => changed(['storeUsage limit="4 gb"', 'storeUsage percentLimit="70"']),
      ['usage-percent warn 29'],
    ],
  ],
  'disk-errors': [[() => changed(['ignoreNoSpaceErrors="false"', '']), ['disk-errors warn 7']]],
  'store-unchecked': [
    [() => changed(['paranoidChecks="true"', '']), ['store-unchecked warn 9']],
    [
      () => changed(['verifyChecksums="true"', 'verifyChecksums="false"']),
      ['store-unchecked warn 13'],
    ],
  ],
  'temp-store': [
    [() => judged([parsed(sound(1).replaceAll('tempDataStore', 'other'))]), ['temp-store warn 7']],
  ],
  scheduler: [
    [() => changed(['schedulerSupport="false"', 'schedulerSupport="true"']), ['scheduler warn 7']],
  ],
  'failover-twice': [
    [
      () =>
        changed([
          '</broker>',
          '</broker><bean><property value="failover:(tcp://a:1,tcp://b:1,ssl://b:1)?maxReconnectDelay=100"/></bean>',
        ]),
      ['failover-twice fail 36'],
    ],
    [
      () =>
        changed([
          '</broker>',
          '<networkConnectors><networkConnector uri="static:(failover:(tcp://a:1,tcp://a:1))"/></networkConnectors></broker>',
        ]),
      ['failover-twice fail 36'],
    ],
  ],
  'failover-delay': [
    [
      () =>
        changed([
          '</broker>',
          '</broker><bean>\n<value>failover:(tcp://a:1,tcp://b:1)?randomize=false</value></bean>',
        ]),
      ['failover-delay warn 37'],
    ],
  ],
  version: [
    [() => judgeFiles([parsed(sound(1), { version: '5.15.9' })], FACTS), ['version fail 9']],
    [() => judgeFiles([parsed(sound(1), { version: '5.15.16' })], FACTS), ['version warn 9']],
    [() => judgeFiles([parsed(sound(1), { version: '5.16.6' })], FACTS), ['version fail 9']],
    [() => judgeFiles([parsed(sound(1), { version: '5.16.8' })], FACTS), ['version warn 9']],
    [() => judgeFiles([parsed(sound(1))], FACTS), ['version warn 9']],
  ],
};

describe('three sound nodes', () => {
  it('have nothing that a check speaks of', () => {
    expect(judged([1, 2, 3].map((node) => parsed(sound(node))))).toEqual([]);
  });

  it('may be on one machine, each with addresses and a directory of its own', () => {
    const files = [1, 2, 3].map((node) =>
      parsed(
        sound(
          node,
          [`mq0${node}.example.org`, `127.0.0.${node}`],
          [`192.0.2.1${node}:21619`, `127.0.0.${node}:21619`],
          ['/var/lib/activemq-none/storedb', `/var/${node}`],
        ),
      ),
    );
    expect(judged(files)).toEqual([]);
  });
});

describe('a fault of one kind', () => {
  for (const [code, cases] of Object.entries(FIRES)) {
    it.each(cases.map(([run, wanted]) => ({ run, wanted })))(
      `${code}: $wanted`,
      ({ run, wanted }) => {
        expect(brief(run())).toEqual(wanted);
      },
    );
  }

  it('is there for every code', () => {
    const untested = Object.keys(FILE_CODES).filter((code) => !(code in FIRES));
    // What cannot be read never gets to a check (examine-files.test.ts).
    expect(untested).toEqual(['file-unreadable']);
  });

  it('ends only as the table says', () => {
    for (const [code, cases] of Object.entries(FIRES)) {
      const { results } = FILE_CODES[code as keyof typeof FILE_CODES];
      const found = cases.flatMap(([run]) => run()).filter((one) => one.code === code);
      expect(results).toEqual(expect.arrayContaining(found.map(({ result }) => result)));
    }
  });
});

describe('values', () => {
  it('are taken from the files beside, and from the default of a placeholder', () => {
    const properties = [
      { file: 'credentials.properties', entries: [{ key: 'n', value: '2', line: 1 }] },
    ];
    const file = parsed(
      sound(1, ['replicas="3"', 'replicas="${n}"'], ['quorum_disk', '${s:local_mem}']),
      { properties },
    );
    expect(brief(judged([file]))).toEqual(['replicas fail 9', 'sync warn 9']);
  });

  it('of tokens and passwords are told to nobody', () => {
    const url = 'failover:(tcp://a:1?password=geheim1,tcp://ada:geheim2@a:1)?jms.password=geheim3';
    const files = ['geheim4', 'geheim5'].map((token) =>
      parsed(
        sound(
          1,
          ['${store.token}', token],
          ['${zk.password}', 'geheim6'],
          ['</broker>', `</broker><bean value="${url}"/>`],
        ),
      ),
    );
    const found = judged(files);
    expect(brief(found)).toContain('failover-delay warn 36');
    expect(JSON.stringify(found)).not.toContain('geheim');
  });

  it('of ports that are reserved are no fault, and stay reserved by the command', () => {
    const facts = {
      outgoing: { from: 32_768, to: 60_999 },
      reserved: '40000',
      isReserved: (port: number) => port === 40_000,
    };
    expect(judged([parsed(sound(1, ['11:21616', '11:40000']))], facts)).toEqual([]);
    const [found] = judged([parsed(sound(1, ['11:21616', '11:40001']))], facts);
    expect(found?.hint).toContain('ip_local_reserved_ports=40000,40001`');
  });
});
