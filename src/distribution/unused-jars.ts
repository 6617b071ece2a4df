/** Jars of the distribution that stand on no class path, and why nothing misses them. */
interface Unused {
  /** Names of artifacts, without versions. */
  readonly artifacts: readonly string[];
  readonly why: string;
}

/**
 * What can be loaded can be misused: a class that deserialization, a header of a message or a bean's name brings up need
 * not be one that a broker uses. mqha.yaml cannot ask for any of these.
 */
export const UNUSED: readonly Unused[] = [
  {
    artifacts: ['activemq-shiro', 'shiro-core', 'shiro-spring', 'commons-beanutils'],
    why: 'Shiro: accounts are ActiveMQ’s own',
  },
  { artifacts: ['commons-collections'], why: 'only commons-beanutils calls it' },
  {
    artifacts: ['activemq-http', 'httpclient', 'httpcore', 'commons-codec', 'jmdns'],
    why: 'transports over HTTP and WebSocket, and discovery by multicast: there is one message port, and mqha.yaml names its peers',
  },
  {
    artifacts: [
      'websocket-api',
      'websocket-common',
      'websocket-server',
      'websocket-servlet',
      'tomcat-websocket-api',
    ],
    why: 'only activemq-http calls them',
  },
  { artifacts: ['activemq-mqtt'], why: 'the message port speaks OpenWire, AMQP and STOMP' },
  {
    artifacts: ['activemq-partition', 'activemq-runtime-config', 'jaxb2-basics-runtime'],
    why: 'plugins that the rendered configuration does not name',
  },
  {
    artifacts: ['jaxb-core', 'jaxb-runtime', 'istack-commons-runtime'],
    why: 'only activemq-runtime-config reads XML by JAXB',
  },
  {
    artifacts: ['activemq-jdbc-store', 'activeio-core', 'commons-dbcp2'],
    why: 'another store',
  },
  {
    artifacts: ['activemq-pool', 'activemq-jms-pool', 'commons-pool2', 'spring-jms', 'spring-oxm'],
    why: 'for clients, not for brokers',
  },
  {
    artifacts: ['spring-tx', 'geronimo-j2ee-connector_1.5_spec'],
    why: 'only spring-jms calls them',
  },
  {
    artifacts: ['activemq-log4j-appender', 'insight-log-core', 'insight-log4j'],
    why: 'the rendered log4j.properties names appenders of log4j alone',
  },
  {
    artifacts: ['commons-net'],
    why: 'messages as files on an FTP server, which only a client sends',
  },
  {
    artifacts: ['velocity-engine-core', 'org.apache.servicemix.bundles.josql'],
    why: 'queries of the distribution’s own command line',
  },
  {
    // jasypt itself stays: JAAS has its class verified when it reads files of users.
    artifacts: ['jasypt-spring4'],
    why: 'encrypted properties: credentials.properties is a file that only its owner can read',
  },
  { artifacts: ['hawtjni-runtime'], why: 'leveldbjni-all has its own' },
  {
    artifacts: ['javax.security.auth.message'],
    why: 'a way to authenticate that the rendered jetty.xml does not name',
  },
];

/** What only the pages of the web console need. */
export const OF_THE_PAGES: ReadonlySet<string> = new Set([
  'apache-el',
  'apache-jsp',
  'apache-jstl',
  'asm',
  'commons-lang3',
  'ecj',
  'geronimo-annotation_1.0_spec',
  'jdom2',
  'jetty-annotations',
  'jetty-continuation',
  'jetty-plus',
  'jetty-webapp',
  'jetty-xml',
  'rome',
  'rome-utils',
  'spring-web',
  'spring-webmvc',
  'taglibs-standard-impl',
  'taglibs-standard-spec',
]);

/** The artifacts of UNUSED. */
export const UNUSED_ARTIFACTS: ReadonlySet<string> = new Set(
  UNUSED.flatMap(({ artifacts }) => artifacts),
);
