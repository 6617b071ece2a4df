/** A licence by its identifier of SPDX, or as its owner calls it. */
export interface Licence {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly url?: string | undefined;
}

/** Where a jar may name its licence. */
interface Named {
  readonly pom: readonly Licence[];
  /** `Bundle-License` of its manifest: names or addresses, with commas between them and parameters after a semicolon. */
  readonly manifest: string | undefined;
  /** The text of its licence file. */
  readonly text: string | undefined;
}

/** How the licences of these jars are called, by their identifiers. */
const KNOWN: readonly (readonly [id: string, pattern: RegExp])[] = [
  [
    'Apache-2.0',
    /apache(\.org\/licenses\/| software)?[ ,-]*license[ ,-]*(version |v)?2(\.0)?|^apache[- ]2(\.0)?$|^al-?2/i,
  ],
  ['EPL-1.0', /eclipse public license[ ,-]*(version |v\.? ?)1\.0|epl-v10|^epl-1\.0$/i],
  ['EPL-2.0', /eclipse public license[ ,-]*(version |v\.? ?)?2\.0|epl-2\.0/i],
  ['BSD-3-Clause', /bsd[- ]3[- ]clause|(new|revised|modified) bsd/i],
  ['BSD-2-Clause', /bsd[- ]2[- ]clause|simplified bsd/i],
  ['MIT', /^(the )?mit( license)?$|licenses\/mit/i],
  ['EDL-1.0', /eclipse distribution license|edl-v10/i],
  ['CC0-1.0', /cc0|publicdomain\/zero/i],
];

/**
 * Of the groups whose jars name no licence, as the poms of their artifacts do, or those of their parents, which are in
 * no jar.
 */
const BY_GROUP: Readonly<Record<string, readonly Licence[]>> = {
  'dev.mqha': [{ id: 'Apache-2.0' }],
  'org.apache.zookeeper': [{ id: 'Apache-2.0' }],
  'org.eclipse.jdt': [{ id: 'EPL-2.0' }],
  'org.iq80.leveldb': [{ id: 'Apache-2.0' }],
  'org.jdom': [
    {
      name: 'Similar to Apache License but with the acknowledgment clause removed',
      url: 'https://raw.github.com/hunterhacker/jdom/master/LICENSE.txt',
    },
  ],
  'org.jolokia': [{ id: 'Apache-2.0' }],
  'org.linkedin': [{ id: 'Apache-2.0' }],
  'org.scala-lang': [{ id: 'BSD-3-Clause' }],
  'org.slf4j': [{ id: 'MIT' }],
  'org.springframework': [{ id: 'Apache-2.0' }],
  xpp3: [
    { name: 'Indiana University Extreme! Lab Software License' },
    { name: 'Public Domain' },
    { id: 'Apache-1.1' },
  ],
};

/** The licences of a group of artifacts; none where they stand in its jars, or nobody knows. */
export function licencesOfGroup(group: string | undefined): readonly Licence[] {
  return BY_GROUP[group ?? ''] ?? [];
}

/** EDL has no identifier of its own: it is this one. */
const SPDX: Readonly<Record<string, string>> = { 'EDL-1.0': 'BSD-3-Clause' };

/** The licences of a jar, by the first place that names any. */
export function licencesIn({ pom, manifest, text }: Named): Licence[] {
  const places: (readonly Licence[])[] = [
    pom,
    (manifest ?? '')
      .split(/,(?=\s*(?:https?:|"))/)
      .map((one) => (one.split(';')[0] ?? '').trim().replace(/^"|"$/g, ''))
      .filter((one) => one !== '')
      .map((one) => (/^https?:/.test(one) ? { url: one } : { name: one })),
    text !== undefined && /Apache License\s+Version 2\.0, January 2004/.test(text.slice(0, 2000))
      ? [{ id: 'Apache-2.0' }]
      : [],
  ];
  const named = places.find((place) => place.length > 0) ?? [];
  const seen = new Set<string>();
  return named.map(known).filter((licence) => {
    const key = licence.id ?? licence.name ?? licence.url ?? '';
    const isNew = key !== '' && !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

function known(licence: Licence): Licence {
  if (licence.id !== undefined) return licence;
  const texts = [licence.name, licence.url].filter((one) => one !== undefined);
  const found = KNOWN.find(([, pattern]) => texts.some((one) => pattern.test(one)))?.[0];
  return found === undefined ? licence : { id: SPDX[found] ?? found };
}
