import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { frames } from '../support/attacks/chance.js';
import { falseMaster } from '../support/attacks/false-master.js';
import { fullPort } from '../support/attacks/full-port.js';
import { login } from '../support/attacks/machine.js';
import {
  announcements,
  connections,
  guesses,
  largest,
  objects,
} from '../support/attacks/message-port.js';
import { crowd, token } from '../support/attacks/replication-port.js';
import { management } from '../support/attacks/web-port.js';
import { election, sizes } from '../support/attacks/zookeeper-port.js';
import { Besieged, type Links } from '../support/besieged.js';
import { receive } from '../support/messages.js';
import { canChangeUser } from '../support/second-user.js';

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

describe.each<Links>(['in clear', 'over TLS'])('strangers, %s,', (links) => {
  let besieged: Besieged;

  beforeAll(async () => {
    besieged = await Besieged.start(links);
  });

  afterAll(async () => {
    await besieged.remove();
  });

  it.each(Object.entries(ATTACKS))('%s', (_, attack) => attack(besieged));

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
