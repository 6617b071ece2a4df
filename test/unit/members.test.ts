import { describe, expect, it } from 'vitest';
import { parseMember, type Znode } from '../../src/stores/replicated-leveldb/election/members.js';

/** Children of zkPath as a real cluster wrote them, byte for byte. */
const MASTER =
  '{"id":"mqStore","container":"mq03","address":"tcp://127.0.0.3:61600","position":-1,"weight":1,"elected":"0000000000"}';
const WAITING =
  '{"id":"mqStore","container":"mq01","address":null,"position":22960,"weight":1,"elected":null}';

const znode = (name: string, data: string): Znode => ({ name, data, session: 'a' });

describe('a member', () => {
  it('is read from the JSON that a broker writes', () => {
    expect(parseMember(znode('00000000000', MASTER))).toEqual({
      znode: '00000000000',
      session: 'a',
      id: 'mqStore',
      container: 'mq03',
      address: 'tcp://127.0.0.3:61600',
      position: -1,
      weight: 1,
      elected: '0000000000',
    });
    expect(parseMember(znode('00000000001', WAITING))).toMatchObject({
      address: null,
      position: 22_960,
      elected: null,
    });
  });

  it('without a container is one that mqha did not configure', () => {
    expect(parseMember(znode('00000000001', '{"id":"mqStore"}'))).toMatchObject({
      container: null,
      address: null,
      position: -1,
      weight: 0,
      elected: null,
    });
  });

  it.each(['', '{', 'null', '1', '"text"', '[]', '{}', '{"id":1}'])('is not %j', (data) => {
    expect(parseMember(znode('00000000001', data))).toBeUndefined();
  });

  it.each(['0000000000', '000000000000', '10000000000', '0000000000x', 'lock'])(
    'is not named %s',
    (name) => {
      expect(parseMember(znode(name, MASTER))).toBeUndefined();
    },
  );
});
