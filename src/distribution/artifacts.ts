import { createHash } from 'node:crypto';

/** One file that mqha needs, named by its Maven coordinates and pinned by size and digest. */
export interface PinnedArtifact {
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
  readonly extension: string;
  readonly classifier?: string;
  /**
   * `distribution`: the archive that is unpacked; `shared`: a library for brokers and for the
   * managed ZooKeeper; `broker`: a library for brokers only.
   */
  readonly role: 'distribution' | 'shared' | 'broker';
  /** The artifact of the distribution that this one stands in for, where it has another name. */
  readonly replaces?: string;
  /** Name of the file: artifact, version, classifier and extension, as Maven writes it. */
  readonly file: string;
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha512: string;
}

/** The version of ActiveMQ that mqha makes clusters of. */
export const ACTIVEMQ_VERSION = '5.16.7';

/**
 * The version of ActiveMQ's client and OpenWire that stands in for the distribution's. The two jars are all that
 * 5.16.8 changed for CVE-2025-27533; a distribution of 5.16.8 cannot be had.
 */
export const OPENWIRE_VERSION = '5.16.8';

/** The version of ZooKeeper, client and server, that mqha puts in the place of the bundled one. */
export const ZOOKEEPER_VERSION = '3.9.5';

/** The one top directory inside the distribution's archive. */
export const DISTRIBUTION_DIRECTORY = `apache-activemq-${ACTIVEMQ_VERSION}`;

/**
 * Everything that is fetched: nothing else ever enters the cache. The libraries are ZooKeeper 3.9.5
 * and what its pom manages, with the newest Netty 4.1, which its TLS is made of, plus metrics-core and snappy-java, which its server needs although the
 * pom calls them provided; the native LevelDB; and the two jars in which 5.16.8 of ActiveMQ differs where
 * it matters. Netty's native transport and TLS library are left out: they are chosen
 * per platform, and ZooKeeper falls back to Java without them.
 */
export const PINNED: readonly PinnedArtifact[] = [
  {
    group: 'org.apache.activemq',
    artifact: 'apache-activemq',
    version: '5.16.7',
    extension: 'tar.gz',
    classifier: 'bin',
    role: 'distribution',
    file: 'apache-activemq-5.16.7-bin.tar.gz',
    bytes: 64423503,
    sha512:
      'cc0ceeb32d4c2dc22883ed0ffe7ec5bb16fb99963c445cad24b4ea313e3e780510e81ffd5828ce7f5c4e5898b4eba1a7c3c77f0912c52accf2d0e517ba75bdb7',
  },
  {
    group: 'org.apache.zookeeper',
    artifact: 'zookeeper',
    version: '3.9.5',
    extension: 'jar',
    role: 'shared',
    file: 'zookeeper-3.9.5.jar',
    bytes: 1367207,
    sha512:
      '84d4b23d332081115e4c68b454a70a1421047277d4c22f238563ab25d769cc8645e3cff5ae7bdbc367816853e4f5a4e60d4eb85eaab14266b97eb1af50305614',
  },
  {
    group: 'org.apache.zookeeper',
    artifact: 'zookeeper-jute',
    version: '3.9.5',
    extension: 'jar',
    role: 'shared',
    file: 'zookeeper-jute-3.9.5.jar',
    bytes: 260263,
    sha512:
      'e55a4d488af0621bdd30292a915377d6cba0a663cde3ce3c7c9ae57cef9314efb7a53b1853c240dd9a9da9475e30f9319c6e0c6ebd32f2649bd8ffaf7c12e1f1',
  },
  {
    group: 'org.apache.yetus',
    artifact: 'audience-annotations',
    version: '0.12.0',
    extension: 'jar',
    role: 'shared',
    file: 'audience-annotations-0.12.0.jar',
    bytes: 20891,
    sha512:
      '264a5251272ec55eca1fae5a8fb9336d1eca1ee3bfb586d1ebc382fcfd37077c21cbfa9e198daf4e1eebe9f6fa90487bec2f85bc1c55cf5666cbbfc4d18b1715',
  },
  {
    group: 'commons-io',
    artifact: 'commons-io',
    version: '2.17.0',
    extension: 'jar',
    role: 'shared',
    file: 'commons-io-2.17.0.jar',
    bytes: 515978,
    sha512:
      '98bc665c16268ff1074f415f493ba66d214ac23665b6e964086b60d523b35b1b03fd2e79211e84aa8ebf0921ea028f992827e4642fd086d7104a408b454d38ce',
  },
  {
    group: 'io.netty',
    artifact: 'netty-buffer',
    version: '4.1.140.Final',
    extension: 'jar',
    role: 'shared',
    file: 'netty-buffer-4.1.140.Final.jar',
    bytes: 365742,
    sha512:
      '2fdae24e53cf8de51baecc57b3584b6be86af72bc0de2c215675faf72fc9b91aa1e1fbab99885c002b069369b958d967f317fa63b03edc7ae7d0d0619cb926d7',
  },
  {
    group: 'io.netty',
    artifact: 'netty-codec',
    version: '4.1.140.Final',
    extension: 'jar',
    role: 'shared',
    file: 'netty-codec-4.1.140.Final.jar',
    bytes: 364197,
    sha512:
      '3ad191af0c0ab24f13611e9d87cc7f95b782670587d288c3cd5b392c5f7eabcb8a05eeae51cb4ed9a2e7a5f770f8a330d6552a273cf2d9e9e6b975f197d8dc33',
  },
  {
    group: 'io.netty',
    artifact: 'netty-common',
    version: '4.1.140.Final',
    extension: 'jar',
    role: 'shared',
    file: 'netty-common-4.1.140.Final.jar',
    bytes: 740993,
    sha512:
      '8576ec7fe421a35559f36075a4a6dc37444e01c62186cc985fb527d9e8d0b3063cdf65e126de3add4fa4906012252fd2ccc303b48f44afe28cca1faea993d313',
  },
  {
    group: 'io.netty',
    artifact: 'netty-handler',
    version: '4.1.140.Final',
    extension: 'jar',
    role: 'shared',
    file: 'netty-handler-4.1.140.Final.jar',
    bytes: 594673,
    sha512:
      'a3f9ad79fcb5605eb8c84e1c7385c87f85efd99673bdab3c740d25a9a26e17d06294a787efbd1b6cfd3fb33407a8de25dcafdcef9f9d9587d71a123ae6f28ac0',
  },
  {
    group: 'io.netty',
    artifact: 'netty-resolver',
    version: '4.1.140.Final',
    extension: 'jar',
    role: 'shared',
    file: 'netty-resolver-4.1.140.Final.jar',
    bytes: 37906,
    sha512:
      'eff8d920df0b322cfd69aa48dd4d4725718b22a8ae08425c22e443c432b87b8c3d203c5de71639214b369c8ea62e8e61324d8ce91002e1b9305f7867baec88e7',
  },
  {
    group: 'io.netty',
    artifact: 'netty-transport',
    version: '4.1.140.Final',
    extension: 'jar',
    role: 'shared',
    file: 'netty-transport-4.1.140.Final.jar',
    bytes: 524238,
    sha512:
      '24482a3c99dc8944c6d6a1250d44dc436f9104c0e005e47b85b78f6ea93d28f38168cca38f0cdebe206fcb40cdfce5aabeef94db514e60f4b4d4ed6e732cefcd',
  },
  {
    group: 'io.netty',
    artifact: 'netty-transport-classes-epoll',
    version: '4.1.140.Final',
    extension: 'jar',
    role: 'shared',
    file: 'netty-transport-classes-epoll-4.1.140.Final.jar',
    bytes: 147654,
    sha512:
      'f52fff0db252dc0cc4f9405fb06caa791a525ec2d064b3150f42a7ae6a13008e2b5214fec767b6eac48f4f4ab1084a0b91fa82a34b18465a1e1ac59c9ba1a84a',
  },
  {
    group: 'io.netty',
    artifact: 'netty-transport-native-unix-common',
    version: '4.1.140.Final',
    extension: 'jar',
    role: 'shared',
    file: 'netty-transport-native-unix-common-4.1.140.Final.jar',
    bytes: 44912,
    sha512:
      '3490e30e92b4096a2b04857e0dab57c8187d3a46dcfd1d9b8195e4b7bd685f3b84128694851839c00c560ebc9aae54137bb6447181893639aaf2be92f45aa908',
  },
  {
    group: 'io.dropwizard.metrics',
    artifact: 'metrics-core',
    version: '4.1.12.1',
    extension: 'jar',
    role: 'shared',
    file: 'metrics-core-4.1.12.1.jar',
    bytes: 105355,
    sha512:
      '5bbcae7dd5df21c35f377749d9ecb67673089f1574bad2855ee8f8a90862ffd60f5b475af30fdc771fbde03f59fa264e66c573a37c714d1f0fdcdf350f99276f',
  },
  {
    group: 'org.xerial.snappy',
    artifact: 'snappy-java',
    version: '1.1.10.5',
    extension: 'jar',
    role: 'shared',
    file: 'snappy-java-1.1.10.5.jar',
    bytes: 2299797,
    sha512:
      '36c288aa84017b52362a49a20d1702151a16b9f58518b6877f11122941a549d94fab8d515f7f1ad6384fb94be569328abf862edaf970c10a16832498dfda853b',
  },
  {
    group: 'org.fusesource.leveldbjni',
    artifact: 'leveldbjni-all',
    version: '1.8',
    extension: 'jar',
    role: 'broker',
    replaces: 'leveldbjni',
    file: 'leveldbjni-all-1.8.jar',
    bytes: 1045744,
    sha512:
      '2e9f806af5d89c00e345b4516ffd325893a07f30c87274fa5b8ce314aad021633750b665d8c338fbf5adc79a527e19caf96d0b12af57e56fb8d3d8f7fd845a96',
  },
  {
    group: 'org.apache.activemq',
    artifact: 'activemq-client',
    version: '5.16.8',
    extension: 'jar',
    role: 'broker',
    file: 'activemq-client-5.16.8.jar',
    bytes: 1443240,
    sha512:
      'c9c512d1fe1a4e20aad2f8a1862559f6120b312e4e2a03958c3754816f418440ced7c697bc5bc49c44c6db421f296e92e18e55a23f6de0a24a93e93f5e78cc4a',
  },
  {
    group: 'org.apache.activemq',
    artifact: 'activemq-openwire-legacy',
    version: '5.16.8',
    extension: 'jar',
    role: 'broker',
    file: 'activemq-openwire-legacy-5.16.8.jar',
    bytes: 687187,
    sha512:
      '91d20a5f41780323b101f6a61eca17487f732f895a804adb64fb7b0f792f59f2a2732a3eb67562b8658051aa76a3c880d768e6a9330c0bb92ef318638a994622',
  },
  // The last releases that fit in the place of what the distribution has: docs/security.md says of which advisories.
  {
    group: 'org.codehaus.jettison',
    artifact: 'jettison',
    version: '1.5.5',
    extension: 'jar',
    role: 'broker',
    file: 'jettison-1.5.5.jar',
    bytes: 91526,
    sha512:
      '1d2d6a256542204294c30efdcca1c613000da684214da8316d8f64cbd15dcd97301f11c846dfc27601e63b77a5e944c84d924dbc8cc623c836a9b263073a6986',
  },
  {
    group: 'com.thoughtworks.xstream',
    artifact: 'xstream',
    version: '1.4.21',
    extension: 'jar',
    role: 'broker',
    file: 'xstream-1.4.21.jar',
    bytes: 646504,
    sha512:
      'dbaf02229503c9c69198c7f90f361a20d68c6f1a5c6238d298c13bf8c5090b1eba99307c668481a4c7901fe23a7175f6a5218ccf40c45422bc46894f29cc87c5',
  },
  {
    group: 'ch.qos.reload4j',
    artifact: 'reload4j',
    version: '1.2.26',
    extension: 'jar',
    role: 'shared',
    file: 'reload4j-1.2.26.jar',
    bytes: 338688,
    sha512:
      '4abb5e8dfcd24aeef2abd5fddfe81e02fd8de84193960fa7264a7ae22107abbd91aefa8128da450ac9fadede37738c00d7853beff2111bdb81f23a13d48c5779',
  },
  {
    group: 'org.jolokia',
    artifact: 'jolokia-core',
    version: '1.7.2',
    extension: 'jar',
    role: 'broker',
    file: 'jolokia-core-1.7.2.jar',
    bytes: 352299,
    sha512:
      '4b79980616ebd813045203eed7690f20712e1d8a57a1b3b3d5102b99921962bac0372efac63ebd58c3b6e1150124c49cfb9a77e2fe980be3f6690784868a6b69',
  },
  {
    group: 'org.eclipse.jetty',
    artifact: 'jetty-annotations',
    version: '9.4.58.v20250814',
    extension: 'jar',
    role: 'broker',
    file: 'jetty-annotations-9.4.58.v20250814.jar',
    bytes: 87665,
    sha512:
      '764454a604c2dfb89250609c38ab7f2a4ac4857b4cf74a61b4ac6001463dd557770565e497ed646fbef55bd3dac98c782ec99efcdc9153b0eaa5fe74db46b5f2',
  },
  {
    group: 'org.eclipse.jetty',
    artifact: 'jetty-continuation',
    version: '9.4.58.v20250814',
    extension: 'jar',
    role: 'broker',
    file: 'jetty-continuation-9.4.58.v20250814.jar',
    bytes: 25498,
    sha512:
      '68338aa6b7bcb27bae2489ff1071b170d8c0569bee48459b58c202951ddf40b3bb97e6f033d36a8aef393973aa3d66bddcebb9fc8587794dde65614c8a8095ee',
  },
  {
    group: 'org.eclipse.jetty',
    artifact: 'jetty-http',
    version: '9.4.58.v20250814',
    extension: 'jar',
    role: 'broker',
    file: 'jetty-http-9.4.58.v20250814.jar',
    bytes: 253267,
    sha512:
      '609516a5c3b7fa9e256b768124d3c822f28ce426687a479eb57b0f2f6dc82ee6c3560f8e790394b71feebc409eda78a04d6c03254bb41127506ffcf6b7905a61',
  },
  {
    group: 'org.eclipse.jetty',
    artifact: 'jetty-io',
    version: '9.4.58.v20250814',
    extension: 'jar',
    role: 'broker',
    file: 'jetty-io-9.4.58.v20250814.jar',
    bytes: 184953,
    sha512:
      '02f2b9aae285421f76323d0076e06209e4ff29e61e483cb6ffca777d67cf3f407ff892a00f414725d210acd6ca7d2769c47e25b093e1aefaea8f7903bad81e3f',
  },
  {
    group: 'org.eclipse.jetty',
    artifact: 'jetty-plus',
    version: '9.4.58.v20250814',
    extension: 'jar',
    role: 'broker',
    file: 'jetty-plus-9.4.58.v20250814.jar',
    bytes: 66402,
    sha512:
      '7ba0f117af0d93fd83bc48b8c039b79227b8a1a4d4a9c2002d3ee271890655c523253490e494d67528423d3b706ed8d82f00c6637c7eb733e2d9a14ff65792e9',
  },
  {
    group: 'org.eclipse.jetty',
    artifact: 'jetty-rewrite',
    version: '9.4.58.v20250814',
    extension: 'jar',
    role: 'broker',
    file: 'jetty-rewrite-9.4.58.v20250814.jar',
    bytes: 45033,
    sha512:
      'e0b510f226607da9afef8ce4f94aa9b4498a2af1f82d8113c6a2d77c42b230ba26032c667b01bb98ae3cdd23678fb5986228bfd2a0278792bf244eada4c419a3',
  },
  {
    group: 'org.eclipse.jetty',
    artifact: 'jetty-security',
    version: '9.4.58.v20250814',
    extension: 'jar',
    role: 'broker',
    file: 'jetty-security-9.4.58.v20250814.jar',
    bytes: 119718,
    sha512:
      'd5c50044968a507739dd334116f49784cf5cf4cfc9fd4c2ab55f69f913d73d3a5d83efcc432cdd742ec5ce16e643440fe1b66c31d2d262895f561492ee121a8b',
  },
  {
    group: 'org.eclipse.jetty',
    artifact: 'jetty-server',
    version: '9.4.58.v20250814',
    extension: 'jar',
    role: 'broker',
    file: 'jetty-server-9.4.58.v20250814.jar',
    bytes: 749129,
    sha512:
      '5f2b1efe5f6279ed9c3a25d8c3a6413b195a6957500752cb7b59fc8e8bc43d01eeb2e97b619bfb74ff5ec96cd8893ba1d9d372f8a226ff197d3b452febafa146',
  },
  {
    group: 'org.eclipse.jetty',
    artifact: 'jetty-servlet',
    version: '9.4.58.v20250814',
    extension: 'jar',
    role: 'broker',
    file: 'jetty-servlet-9.4.58.v20250814.jar',
    bytes: 147612,
    sha512:
      '210f888a723d8e09dd09694787db4a54102900b8b9ef2842329f562e7773d6f06844d1819909cf578b1c80e78bcae86b98b66accedb5052009892a1fb21b3491',
  },
  {
    group: 'org.eclipse.jetty',
    artifact: 'jetty-util',
    version: '9.4.58.v20250814',
    extension: 'jar',
    role: 'broker',
    file: 'jetty-util-9.4.58.v20250814.jar',
    bytes: 595403,
    sha512:
      'c4505826e68be8d8736eba5cd29fd86ada455ee5765f8d46d33085b788eb3295023b167354178441e80c97edde9f988f89bf3959c59ef8aada56e5d863673021',
  },
  {
    group: 'org.eclipse.jetty',
    artifact: 'jetty-webapp',
    version: '9.4.58.v20250814',
    extension: 'jar',
    role: 'broker',
    file: 'jetty-webapp-9.4.58.v20250814.jar',
    bytes: 141935,
    sha512:
      '52be7ff3e909e106e4de037aca9465c6d8c2d98aeb41f1d098585d1acfabd1e6455c5e0232e4294d838732bbf3497af428b675b95400f9816c87dbeddbc3e5c4',
  },
  {
    group: 'org.eclipse.jetty',
    artifact: 'jetty-xml',
    version: '9.4.58.v20250814',
    extension: 'jar',
    role: 'broker',
    file: 'jetty-xml-9.4.58.v20250814.jar',
    bytes: 69507,
    sha512:
      'a69563f65c9fc343fbf11f3a8fc8ab3beb38b011c28f5b0708489fa05448e6aafbcd9e9b0e34f0c9ad72cf93d82e1a24e219ffe000394ebe59aa5b467b544ab2',
  },
];

/** `group:artifact:version[:extension[:classifier]]`, for messages. */
export function coordinates(artifact: PinnedArtifact): string {
  const { group, artifact: name, version, extension, classifier } = artifact;
  const parts = [group, name, version];
  if (extension !== 'jar' || classifier !== undefined) parts.push(extension);
  if (classifier !== undefined) parts.push(classifier);
  return parts.join(':');
}

/**
 * A digest over the list: it changes whenever a pinned version, digest or role does.
 * @returns 64 hexadecimal digits
 */
export function fingerprint(pinned: readonly PinnedArtifact[] = PINNED): string {
  const lines = pinned.map((item) =>
    [coordinates(item), item.file, item.bytes, item.sha512, item.role, item.replaces ?? ''].join(
      ' ',
    ),
  );
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
}
