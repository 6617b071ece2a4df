import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { frames } from './chance.js';
import { falseMaster } from './false-master.js';
import { fullPort } from './full-port.js';
import { login } from './machine.js';
import { announcements, connections, guesses, largest, objects } from './message-port.js';
import { crowd, token } from './replication-port.js';
import { management } from './web-port.js';
import { election, sizes } from './zookeeper-port.js';
import { Besieged, type Links } from '../besieged.js';
import { receive } from '../messages.js';
import { canChangeUser } from '../second-user.js';

/** Also for as many frames over TLS as in clear. */
const LIMIT_MS = 1_800_000;

/** What is tried, and what becomes of it; each leaves the cluster as it was. */
const ATTACKS: Readonly<Record<string, (besieged: Besieged) => Promise<void>>> = {
  'that announce much in a few bytes, or never end, are hung up on': announcements,
  'that connect very often, or say nothing, take few threads': connections,
  'that guess accounts, or have one of another, are not let in': guesses,
  'that hold the account, or are pages of another site, can only read what the broker counts':
    management,
  'that announce a megabyte to ZooKeeper two hundred times are hung up on': sizes,
  'that reach ZooKeeper can neither see nor change who is elected': election,
  'that write at random to every port change nothing': frames,
  'that connect four thousand times to the replication port, or send it what it does not take, leave few traces':
    crowd,
  'that have the token of the replication get files of the store alone': token,
  'that hold the account crash nothing with what STOMP and OpenWire turn into objects': objects,
  'that use up all connections get no broker killed, and status says so': fullPort,
  'keep nobody from sending what is as large as may be': largest,
};

/** The tests of a cluster whose links are so. */
export function testStrangers(links: Links): void {
  describe(`strangers, ${links},`, () => {
    let besieged: Besieged;

    beforeAll(async () => {
      besieged = await Besieged.start(links);
    });

    afterAll(async () => {
      await besieged.remove();
    });

    it.each(Object.entries(ATTACKS))('%s', (_, attack) => attack(besieged), LIMIT_MS);

    it.runIf(canChangeUser)(
      'that have a login on the machine read no secret, and reach no file and no process',
      () => login(besieged),
    );

    it('leave nothing behind that a client would notice', async () => {
      const bodies = await besieged.calm();
      expect(await receive(besieged.settings, 'calm', bodies.length)).toEqual(bodies);
    });

    it('that know the password for ZooKeeper, and say they are the master, get no slave elsewhere, and write no file', () =>
      falseMaster(besieged));
  });
}
