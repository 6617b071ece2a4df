import { command, option } from '../definition.js';

export const doctor = command({
  name: 'doctor',
  group: 'look',
  summary: 'what is wrong or dangerous here, or in activemq.xml files of your own',
  details:
    'Examines this machine and, where there is one, the cluster of the directory: pass, warn or fail, with what to do. With `--conf` it examines your own `activemq.xml` files, one or one a node, of any 5.9 to 5.16 with replicatedLevelDB, and needs no cluster; it names file and line. docs/doctor.md has all checks.',
  options: {
    conf: option('<file...>', 'activemq.xml files of one cluster, one a node', { offer: 'file' }),
    client: option('<file...>', 'files of applications whose failover URLs are looked at', {
      offer: 'file',
    }),
  },
  exitCodes: {
    0: 'nothing fails; there may be warnings',
    1: 'something fails',
    2: 'wrong usage',
  },
  examples: [
    {
      command: 'mqha doctor --conf mq01/activemq.xml mq02/activemq.xml mq03/activemq.xml',
      does: 'what is wrong with the files of three nodes',
    },
    {
      command: 'mqha doctor --json | jq -r \'.checks[] | select(.result == "fail") | .code\'',
      does: 'the codes of what fails',
    },
  ],
});
