import { DRILL_QUEUE } from './payload.js';
import { checkQueue } from '../analysis/checker.js';
import { checkOrder } from './checks.js';
import { attemptsOf, consumedIn, deliveriesOf, expectedOf, JmsWork, numberIn } from './jms-work.js';
import type { Work, Workload } from './workload.js';

const QUEUE = `${DRILL_QUEUE}.groups`;
const GROUPS = 5;
const SENDS = 100;
/** Of each of the two consumers: together some less than is sent. */
const TAKEN = { rate: 40, prefetch: 20 };

export const groups: Workload = {
  name: 'groups',
  description:
    'Messages of groups (JMSXGroupID), and two consumers: what comes for the first time comes in the order of its group.',
  begin: (context) =>
    JmsWork.begin(context, async (jms): Promise<Work> => {
      const queue = `queue://${QUEUE}`;
      const consumers = ['consumer 1', 'consumer 2'];
      for (const name of consumers) jms.start(name, { role: 'consume', from: queue, ...TAKEN });
      // A group goes to who is there when its first message comes.
      await jms.flows(...consumers);
      const producer = { to: queue, prefix: jms.prefix(), rate: SENDS, groups: GROUPS };
      jms.start('producer', { role: 'produce', ...producer });
      await jms.flows('producer');
      return {
        stop: () => jms.stop(),
        close: () => jms.clients.end(),
        check: async (say) => {
          const attempts = attemptsOf(jms.events, 'producer');
          const consumed = deliveriesOf(jms.events, ...consumers);
          say(`reading ${QUEUE}`);
          const expected = expectedOf(attempts, consumedIn(consumed));
          const { deliveries, depth, unknown } = await jms.empty(QUEUE, expected);
          const all = [...consumed.map(({ body }) => body), ...deliveries];
          const findings = checkOrder(all, (body) => ({
            group: String(numberIn(body) % GROUPS),
            number: numberIn(body),
          }));
          const check = { ...checkQueue(attempts, deliveries, consumed), findings };
          return [{ name: QUEUE, check, depths: [depth], unknown }];
        },
      };
    }),
};
