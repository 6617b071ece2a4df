import { command } from '../definition.js';

export const version = command({
  name: 'version',
  group: 'integrate',
  summary: 'the versions of mqha, of what its clusters run, and of Node.js',
  details: 'mqha, the ActiveMQ and the ZooKeeper that its clusters run, and Node.js.',
});
