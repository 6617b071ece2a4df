import { command } from '../definition.js';

export const queues = command({
  name: 'queues',
  group: 'messages',
  summary: 'depth and consumers of each queue; in and out count since the master serves',
  details:
    'Names, depth, consumers, in and out, from the master; the counters begin when it begins to serve.',
});
