import { isMap, isNode, isScalar, stringify, type Document, type Pair, type YAMLMap } from 'yaml';

type Step = string | number;

/** Lines with a key that is not there yet, below the last of its neighbours; undefined where those have no lines of their own. */
export function inserted(
  source: string,
  document: Document,
  steps: readonly Step[],
  value: unknown,
): string | undefined {
  for (let depth = steps.length - 1; depth >= 0; depth--) {
    const parent: unknown =
      depth === 0 ? document.contents : document.getIn(steps.slice(0, depth), true);
    if (parent === undefined || parent === null) continue;
    if (!isMap(parent) || parent.flow === true) return undefined;
    return below(source, parent, steps.slice(depth), value);
  }
  return undefined;
}

function below(
  source: string,
  parent: YAMLMap,
  steps: readonly Step[],
  value: unknown,
): string | undefined {
  const last = parent.items.at(-1);
  const start = last && startOf(last);
  if (!last || start === undefined) return undefined;
  const indent = source.slice(lineStart(source, start), start);
  if (indent.trim() !== '' || (last.key !== null && startOf(last) === undefined)) return undefined;
  const tree = steps.reduceRight<unknown>((inner, step) => ({ [step]: inner }), value);
  const newline = source.includes('\r\n') ? '\r\n' : '\n';
  const lines = stringify(tree, { lineWidth: 0 })
    .trimEnd()
    .split('\n')
    .map((line) => `${indent}${line}${newline}`);
  const at = lineEnd(source, endOf(last) ?? start);
  const before = source.slice(0, at);
  return `${before}${before.endsWith('\n') ? '' : newline}${lines.join('')}${source.slice(at)}`;
}

/** Without the lines of a key, and of those that would have nothing left; undefined where it has no lines of its own. */
export function cutOut(
  source: string,
  document: Document,
  steps: readonly Step[],
): string | undefined {
  const parent: unknown =
    steps.length === 1 ? document.contents : document.getIn(steps.slice(0, -1), true);
  if (!isMap(parent) || parent.flow === true) return undefined;
  const pair = parent.items.find(({ key }) => isScalar(key) && key.value === steps.at(-1));
  const start = pair && startOf(pair);
  if (!pair || start === undefined) return undefined;
  const from = lineStart(source, start);
  if (source.slice(from, start).trim() !== '') return undefined;
  return source.slice(0, from) + source.slice(lineEnd(source, endOf(pair) ?? start));
}

function startOf({ key }: Pair): number | undefined {
  return isNode(key) ? key.range?.[0] : undefined;
}

function endOf({ key, value }: Pair): number | undefined {
  const place = isNode(value) ? value.range : undefined;
  return (place ?? (isNode(key) ? key.range : undefined))?.[1];
}

/** Where the line begins that holds a place of a text. */
export const lineStart = (source: string, at: number) => source.lastIndexOf('\n', at - 1) + 1;

/** After the line that holds the end of a value; a block's end may be the start of the line below. */
export function lineEnd(source: string, end: number): number {
  let at = end;
  while (at > 0 && /\s/.test(source[at - 1] ?? '')) at--;
  const next = source.indexOf('\n', at);
  return next === -1 ? source.length : next + 1;
}
