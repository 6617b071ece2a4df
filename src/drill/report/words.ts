import type { MarkKind, Verdict } from '../result.js';

/** Keeps a figure and its unit on one line. */
const NO_BREAK = '\u00a0';

/** A duration in seconds, so that two of them can be compared at a glance: `0.42 s`, `12.3 s`, `2 min 5 s`. */
export function seconds(ms: number): string {
  if (ms < 9_995) return `${(ms / 1000).toFixed(2)}${NO_BREAK}s`;
  if (ms < 99_950) return `${(ms / 1000).toFixed(1)}${NO_BREAK}s`;
  const whole = Math.round(ms / 1000);
  return [Math.floor(whole / 60), 'min', whole % 60, 's'].join(NO_BREAK);
}

/** An outage: 0 is one that no client noticed, null one that did not end. */
export function outageText(ms: number | null): string {
  if (ms === null) return 'did not end';
  return ms === 0 ? 'none' : seconds(ms);
}

/** A moment seen from the fault, to the millisecond: `+0.152 s`, `−1.204 s`. */
export function moment(ms: number): string {
  return `${ms < 0 ? '−' : '+'}${(Math.abs(ms) / 1000).toFixed(3)} s`;
}

/** `2026-11-24 10:15:22 UTC`; what is no time is given back. */
export function utc(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  return `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** The word says it, the sign repeats it: neither needs the colour. */
export const VERDICTS: Readonly<Record<Verdict, { readonly word: string; readonly sign: string }>> =
  {
    passed: { word: 'passed', sign: '✓' },
    failed: { word: 'failed', sign: '✕' },
    unknown: { word: 'could not tell', sign: '?' },
  };

export interface MarkWords {
  readonly word: string;
  readonly sign: string;
  /** For the legend. */
  readonly meaning: string;
}

/** In the order of the legend. */
export const MARKS: Readonly<Record<MarkKind, MarkWords>> = {
  fault: { word: 'fault', sign: '✕', meaning: 'the drill injected it; all times count from it' },
  'process-ended': { word: 'ended', sign: '▽', meaning: 'a process ended' },
  election: { word: 'elected', sign: '◇', meaning: 'a master was elected' },
  promotion: { word: 'promoted', sign: '◆', meaning: 'it started its store as master' },
  service: { word: 'serving', sign: '●', meaning: 'the master accepted clients' },
  whole: { word: 'whole', sign: '■', meaning: 'every slave attached again' },
  repair: {
    word: 'repair',
    sign: '+',
    meaning: 'a process was started, resumed, or ended by the supervisor',
  },
};
