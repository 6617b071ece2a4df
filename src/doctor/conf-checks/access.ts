import {
  attributeOf,
  below,
  isTrue,
  valueOf,
  whereOf,
  type BrokerFile,
} from '../conf/broker-file.js';
import { listenersOf } from '../conf/listeners.js';
import { isAny } from '../conf/uris.js';
import { elementsOf } from '../conf/xml.js';
import type { Finding } from '../finding.js';
import { finding, quoted, type FileChecks } from './group.js';

/** Who is let in, at the message ports and at the console. */
export const accessChecks: FileChecks = (files) =>
  files.flatMap((file) =>
    file.broker
      ? [...authentication(file), ...accounts(file), ...accountFiles(file), ...console_(file)]
      : [],
  );

/** The accounts of the distribution's files and samples (source: conf/ and examples/conf of apache-activemq). */
const DEFAULTS = new Set([
  'admin/admin',
  'user/user',
  'user/password',
  'system/manager',
  'guest/password',
  'guest/guest',
  'smx/smx',
]);

function authentication(file: BrokerFile): Finding[] {
  const plugins = below(file.broker, 'plugins');
  const inside = plugins.flatMap((one) => [...elementsOf(one)]);
  const asks = inside.some(({ name, attributes }) =>
    /auth(entication)?plugin$|shiro/i.test(name) && name !== 'authorizationPlugin'
      ? true
      : // A bean of another class, or one that stands elsewhere.
        name === 'ref' ||
        (name === 'bean' && /auth|secur|shiro|login/i.test(attributes.get('class')?.value ?? '')),
  );
  const anonymous = inside
    .filter((plugin) => isTrue(file, plugin, 'anonymousAccessAllowed') === true)
    .map((plugin) =>
      finding(
        'anonymous-access',
        'fail',
        file,
        whereOf(plugin, 'anonymousAccessAllowed'),
        'anonymousAccessAllowed is true: a client without a name is let in',
      ),
    );
  if (asks || (file.broker?.attributes.has('plugins') ?? false)) return anonymous;
  return [
    ...anonymous,
    finding(
      'no-authentication',
      'fail',
      file,
      plugins[0]?.at ?? file.broker?.at,
      'no plug-in asks who connects',
    ),
  ];
}

function isKnown(name: string, password: string): boolean {
  return password !== '' && (DEFAULTS.has(`${name}/${password}`) || name === password);
}

function accounts(file: BrokerFile): Finding[] {
  return below(file.broker, 'authenticationUser').flatMap((user) => {
    const [name, password] = [valueOf(file, user, 'username'), valueOf(file, user, 'password')];
    if (name === undefined || password === undefined || !isKnown(name, password)) return [];
    return [
      finding(
        'default-account',
        'fail',
        file,
        whereOf(user, 'username'),
        `the account ${quoted(name)} has a password that everybody knows`,
      ),
    ];
  });
}

/** `admin=admin` of users.properties; `admin: admin, admin` of jetty-realm.properties. */
function accountFiles({ properties }: BrokerFile): Finding[] {
  return properties
    .filter(({ file }) => /(users|jetty-realm)\.properties$/.test(file))
    .flatMap(({ file, entries }) =>
      entries.flatMap(({ key, value, line }) =>
        isKnown(key, value.split(',')[0]?.trim() ?? '')
          ? [
              finding(
                'default-account',
                'fail',
                { file },
                { line, column: 1 },
                `the account ${quoted(key)} has a password that everybody knows`,
              ),
            ]
          : [],
      ),
    );
}

function console_(file: BrokerFile): Finding[] {
  const imported = below(file.root, 'import').find((one) =>
    /jetty[\w.-]*\.xml$/.test(attributeOf(one, 'resource')?.value ?? ''),
  );
  if (!imported) return [];
  const { jetty } = file;
  if (!jetty?.root) {
    return [
      finding(
        'console-open',
        'warn',
        file,
        imported.at,
        'the console is started, and its jetty.xml is not beside this file to be looked at',
      ),
    ];
  }
  const open = below(jetty.root, 'bean').filter(
    (bean) =>
      isTrue(file, bean, 'authenticate') === false && valueOf(file, bean, 'roles') !== undefined,
  );
  const [first] = open;
  if (first) {
    return [
      finding(
        'console-open',
        'fail',
        jetty,
        whereOf(first, 'authenticate'),
        'authenticate is false: the console is for whoever reaches it, and with it Jolokia, which runs code',
      ),
    ];
  }
  const listener = listenersOf(file).find(({ what }) => what === 'the web console');
  if (listener && !isAny(listener.host)) return [];
  const at = listener?.at ?? { line: 1, column: 1 };
  return [
    finding(
      'console-open',
      'warn',
      jetty,
      at,
      'the console and Jolokia are at every address of the machine',
    ),
  ];
}
