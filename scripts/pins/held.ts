/** Why a pinned artifact is not the newest there is. */
export interface Held {
  /** `group` or `group:artifact`. */
  readonly of: string;
  readonly why: string;
  /** The newest version that the reason is about: a newer one asks for a new decision. Without it the reason holds for all. */
  readonly until?: string;
}

const OF_ZOOKEEPER = 'the pom of the pinned ZooKeeper names this version, which it was tested with';

/** The first that fits counts. */
export const HELD: readonly Held[] = [
  {
    of: 'org.eclipse.jetty',
    why: 'the console and the web port are written for Jetty 9.4, of which this is the last; later ones have other names',
  },
  {
    of: 'org.jolokia',
    why: 'the API is the servlet of Jolokia 1; version 2 has other artifacts and another policy',
  },
  { of: 'org.codehaus.jettison', why: 'raising it asks for a run of all tests', until: '1.5.7' },
  { of: 'ch.qos.reload4j', why: 'raising it asks for a run of all tests', until: '1.2.27' },
  {
    of: 'org.apache.activemq',
    why: 'the replicated store was removed after 5.16, and a distribution of 5.16.8 cannot be had',
  },
  {
    of: 'org.apache.zookeeper',
    why: 'a patch knows a class of 3.9.5 by its digest: another version needs that and a run of all tests',
    until: '3.9.7',
  },
  {
    of: 'io.netty',
    why: 'ZooKeeper is written for Netty 4.1, of which 4.1.140 was the newest when it was pinned',
  },
  { of: 'commons-io', why: OF_ZOOKEEPER },
  { of: 'org.apache.yetus', why: OF_ZOOKEEPER },
  { of: 'io.dropwizard.metrics', why: OF_ZOOKEEPER },
  { of: 'org.xerial.snappy', why: OF_ZOOKEEPER },
];
