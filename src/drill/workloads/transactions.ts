import { DRILL_QUEUE } from './payload.js';
import { checkMoves } from './checks.js';
import { attemptsOf, expectedOf, JmsWork, unitsOf } from './jms-work.js';
import type { Work, Workload } from './workload.js';

const FROM = `${DRILL_QUEUE}.from`;
const TO = `${DRILL_QUEUE}.to`;
/** Fewer are moved than sent, so that both queues have something in the end. */
const SENDS = 90;
const UNITS = { rate: 25, batch: 3 };

export const transactions: Workload = {
  name: 'transactions',
  description:
    'A client takes from one queue and sends to another in one unit of work: each number comes out once.',
  begin: (context) =>
    JmsWork.begin(context, async (jms): Promise<Work> => {
      const [from, to] = [`queue://${FROM}`, `queue://${TO}`];
      jms.start('producer', { role: 'produce', to: from, prefix: jms.prefix(), rate: SENDS });
      jms.start('mover', { role: 'move', from, to, ...UNITS });
      await jms.flows('producer', 'mover');
      return {
        stop: () => jms.stop(),
        close: () => jms.clients.end(),
        check: async (say) => {
          const attempts = attemptsOf(jms.events, 'producer');
          const units = unitsOf(jms.events, 'mover');
          const moved = units
            .filter(({ outcome }) => outcome === 'committed')
            .flatMap(({ bodies }) => bodies);
          const mayBeMoved = units.flatMap(({ bodies }) => bodies);
          say(`reading ${FROM} and ${TO}`);
          const left = await jms.empty(FROM, expectedOf(attempts, mayBeMoved));
          const arrived = await jms.empty(TO, new Set(moved));
          return [
            {
              name: `${FROM} → ${TO}`,
              check: checkMoves(attempts, units, left.deliveries, arrived.deliveries),
              depths: [left.depth, arrived.depth],
              unknown: [...new Set([...left.unknown, ...arrived.unknown])],
            },
          ];
        },
      };
    }),
};
