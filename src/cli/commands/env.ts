import { command, flag, option } from '../definition.js';
import { oneOf } from '../options.js';

const FORMATS = ['shell', 'dotenv', 'json', 'spring', 'docker'] as const;

export const env = command({
  name: 'env',
  group: 'messages',
  summary: 'what a client needs: failover URL, user, password, consoles',
  details:
    'What a client needs: failover URL, user and password of the account of applications, consoles; as `export` lines, as a file of variables (dotenv, Docker), as JSON, or as YAML for a Spring Boot application. Works on a stopped cluster.',
  options: {
    shell: flag('as export lines for eval'),
    account: option('<name>', 'another account than that of applications', {
      defaultText: 'app',
    }),
    spring: flag('as YAML for the application.yaml of a Spring Boot application'),
    format: option(
      '<format>',
      'shell (as --shell), dotenv, json (as --json), spring (as --spring), or docker, for --env-file',
      {
        parse: oneOf(FORMATS, 'It is shell, dotenv, json, spring or docker.'),
        offer: FORMATS,
      },
    ),
  },
  examples: [
    { command: 'mqha env --format docker >mq.env', does: 'for `docker run --env-file mq.env`' },
    { command: 'eval "$(mqha env --shell)"', does: 'set MQHA_FAILOVER_URL, and what Spring reads' },
  ],
});
