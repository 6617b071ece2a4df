import { command, flag, option } from '../definition.js';

export const env = command({
  name: 'env',
  group: 'messages',
  summary: 'what a client needs: failover URL, user, password, consoles',
  details:
    'What a client needs: failover URL, user and password of the account of applications, consoles; as `export` lines, or as YAML for a Spring Boot application. Works on a stopped cluster.',
  options: {
    shell: flag('as export lines for eval'),
    account: option('<name>', 'another account than that of applications', {
      defaultText: 'app',
    }),
    spring: flag('as YAML for the application.yaml of a Spring Boot application'),
  },
  examples: [
    { command: 'eval "$(mqha env --shell)"', does: 'set MQHA_FAILOVER_URL, and what Spring reads' },
  ],
});
