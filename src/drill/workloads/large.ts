import { DRILL_QUEUE } from './payload.js';
import { checkQueue } from '../analysis/checker.js';
import { checkUnits } from './checks.js';
import { attemptsOf, consumedIn, deliveriesOf, expectedOf, JmsWork, unitsOf } from './jms-work.js';
import type { Work, Workload } from './workload.js';

const QUEUE = `${DRILL_QUEUE}.large`;
/** The log travels to the slaves in frames of 512 kB (LevelDBClient, `send_wal`): more than one each. */
const MESSAGES = { rate: 2, bytes: [600_000, 1_200_000] };
/** Units of work of 0.6, 1.2 and 3 MB. */
const UNITS = {
  rate: 5,
  units: [
    { messages: 4, bytes: 150_000 },
    { messages: 4, bytes: 300_000 },
    { messages: 5, bytes: 600_000 },
  ],
};
/** Some less than what is sent, so that there is something in the end, and not too much. */
const TAKEN = { rate: 20, prefetch: 10 };
const CREDIT = 10;

export const large: Workload = {
  name: 'large',
  description:
    'Messages of 0.6 and 1.2 MB, and units of work of 0.6, 1.2 and 3 MB: each is stored as a whole or not at all.',
  begin: (context) =>
    JmsWork.begin(context, async (jms): Promise<Work> => {
      const queue = `queue://${QUEUE}`;
      const prefix = jms.prefix();
      jms.start('producer', { role: 'produce', to: queue, prefix, ...MESSAGES });
      jms.start('units', { role: 'units', to: queue, prefix: jms.prefix(), ...UNITS });
      jms.start('consumer', { role: 'consume', from: queue, ...TAKEN });
      await jms.flows('producer', 'units', 'consumer');
      return {
        stop: () => jms.stop(),
        close: () => jms.clients.end(),
        check: async (say) => {
          const attempts = attemptsOf(jms.events, 'producer');
          const units = unitsOf(jms.events, 'units');
          const consumed = deliveriesOf(jms.events, 'consumer');
          const ofUnits = units.flatMap(({ bodies, outcome }) =>
            bodies.map((body) => ({ body, acknowledged: outcome === 'committed' })),
          );
          say(`reading ${QUEUE}`);
          const expected = expectedOf([...attempts, ...ofUnits], consumedIn(consumed));
          const { deliveries, depth, unknown } = await jms.empty(QUEUE, expected, CREDIT);
          const isSingle = (body: string) => body.startsWith(prefix);
          return [
            {
              name: `${QUEUE}, messages`,
              check: {
                ...checkQueue(
                  attempts,
                  deliveries.filter(isSingle),
                  consumed.filter(({ body }) => isSingle(body)),
                ),
                findings: [],
              },
              depths: [depth],
              unknown,
            },
            {
              name: `${QUEUE}, units of work`,
              check: checkUnits(
                units,
                deliveries.filter((body) => !isSingle(body)),
                consumed.filter(({ body }) => !isSingle(body)),
              ),
              depths: [],
              unknown,
            },
          ];
        },
      };
    }),
};
