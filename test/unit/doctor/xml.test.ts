import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failoverUrlsIn } from '../../../src/doctor/conf/uris.js';
import { elementsOf, parseXml } from '../../../src/doctor/conf/xml.js';
import { decode } from '../../../src/doctor/conf/source.js';
import { fixture, judged, parsed } from './files.js';

describe('places', () => {
  it('are those of elements and attributes, also over several lines', () => {
    const { root, faults } = parseXml('<a>\n  <p:b x="1"\n     ns:name="a\nb" y = "x=2"/>\n</a>');
    expect(faults).toEqual([]);
    const b = root?.children[0];
    expect(b?.name).toBe('b');
    expect(b?.at).toEqual({ line: 2, column: 3 });
    expect(b?.attributes.get('x')?.at).toEqual({ line: 2, column: 8 });
    expect(b?.attributes.get('name')?.at).toEqual({ line: 3, column: 6 });
    expect(b?.attributes.get('y')?.at).toEqual({ line: 4, column: 4 });
  });

  it('stay where a comment inside of a tag is passed over', () => {
    const { root, faults } = parseXml('<a>\n<b x="<!-- no -->" <!-- yes\n" --> y="2"/></a>');
    expect(faults.map(({ at }) => at)).toEqual([{ line: 2, column: 20 }]);
    expect(root?.children[0]?.attributes.get('y')?.at).toEqual({ line: 3, column: 7 });
    expect(root?.children[0]?.attributes.get('x')?.value).toBe('<!-- no -->');
  });
});

describe('what is no configuration', () => {
  it('is read as far as it can be', () => {
    expect(parseXml('').faults).toHaveLength(1);
    expect(parseXml('no').root).toBeUndefined();
    expect(parseXml('<a><b></a>').faults).not.toEqual([]);
    expect(parseXml('<a><b x="1').faults).not.toEqual([]);
  });

  it('is not read deeper, or further, than any is', () => {
    const deep = parseXml(`${'<a>'.repeat(200_000)}${'</a>'.repeat(200_000)}`);
    expect(deep.faults).toMatchObject([{ kind: 'too-large' }]);
    expect([...elementsOf(deep.root)]).toHaveLength(100);
    const wide = parseXml(`<a>${'<b/>'.repeat(50_000)}</a>`);
    expect(wide.faults).toMatchObject([{ kind: 'too-large' }]);
  });

  it('defines no entities: what is written is not what a file of this machine says', () => {
    const text =
      '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;"><!ENTITY f SYSTEM "file:///etc/passwd">]><a x="&c;">&f;</a>';
    const { root, faults } = parseXml(text);
    expect(faults.map(({ kind }) => kind)).toContain('doctype');
    expect(root?.attributes.get('x')?.value).not.toContain('bb');
    expect(root?.text).not.toContain('root');
  });
});

describe('any text', () => {
  const texts = ['article.xml', 'stock/conf/activemq.xml', 'open/activemq.xml', 'doctype.xml'].map(
    (name) => readFileSync(fixture(name), 'utf8'),
  );
  const bits = [
    '<',
    '>',
    '"',
    "'",
    '&',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<!DOCTYPE a [',
    '<?',
    '/>',
    '</broker>',
    '\0',
    'failover:((',
    '${',
    '=',
    '\ud800',
  ];
  const torn = fc
    .tuple(fc.constantFrom(...texts), fc.nat(3000), fc.nat(200), fc.constantFrom(...bits))
    .map(([text, at, drop, bit]) => text.slice(0, at) + bit + text.slice(at + drop));

  it('is judged, and nothing but what is found comes of it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          torn,
          torn.map((text) => text.slice(0, text.length / 2)),
          fc.string({ unit: 'binary' }),
        ),
        (text) => {
          const file = parsed(text, {}, 'x.xml');
          for (const { at, message } of judged([file, file])) {
            expect(at.line).toBeGreaterThan(0);
            expect(at.line).toBeLessThanOrEqual(text.split('\n').length);
            expect(message).not.toBe('');
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('may be any bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(
          '',
          '<?xml encoding="x"?>',
          '<?xml version="1.0" encoding="utf-16"?>',
          '<?xml encoding="gbk"?>',
        ),
        (bytes, head) => {
          const source = decode(Buffer.concat([Buffer.from(head), Buffer.from(bytes)]));
          if ('text' in source) parseXml(source.text);
        },
      ),
    );
  });
});

describe('encodings', () => {
  it.each([
    [Buffer.from('\ufeff<a/>', 'utf8'), '<a/>'],
    [Buffer.from('\ufeff<a/>', 'utf16le'), '<a/>'],
    [Buffer.from('\ufeff<a/>', 'utf16le').swap16(), '<a/>'],
    [
      Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><\xe4/>', 'latin1'),
      '<?xml version="1.0" encoding="ISO-8859-1"?><ä/>',
    ],
    [readFileSync(fixture('gbk.xml')), expect.stringContaining('"服务"') as string],
  ])('%#', (bytes, text) => {
    expect(decode(bytes)).toMatchObject({ text });
    expect(decode(bytes)).not.toHaveProperty('fault');
  });

  it('that do not fit are said', () => {
    expect(decode(Buffer.from('<a>\xe4</a>', 'latin1'))).toHaveProperty('fault');
    expect(decode(Buffer.from('<?xml encoding="klingon"?><a/>'))).toMatchObject({
      fault: expect.stringContaining('klingon') as string,
    });
  });
});

describe('failover URLs', () => {
  it.each([
    ['url: failover:(tcp://a:1,tcp://b:2)?x=1 # c', ['failover:(tcp://a:1,tcp://b:2)?x=1']],
    ['"failover://(tcp://a:1?y=(z),tcp://b:2)"', ['failover://(tcp://a:1?y=(z),tcp://b:2)']],
    [
      'failover:tcp://a:1,tcp://b:1 and failover:(ssl://c:1)',
      ['failover:tcp://a:1,tcp://b:1', 'failover:(ssl://c:1)'],
    ],
    ['failover: is a word, notfailover:(tcp://a:1)', []],
    ['failover:(tcp://a:1', ['failover:(tcp://a:1']],
  ])('%s', (text, urls) => {
    expect(failoverUrlsIn(text).map(({ url }) => url)).toEqual(urls);
  });
});
