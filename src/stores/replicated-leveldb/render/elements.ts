import type { Element as Wanted } from '../../../config/broker/config.js';

/** An element as xml2js returns it: attributes under `$`, children by name. */
export interface Element {
  readonly $?: Readonly<Record<string, string>>;
  readonly [child: string]: unknown;
}

export const children = (element: Element | undefined, name: string): Element[] =>
  (element?.[name] as Element[] | undefined) ?? [];

/** All that is in some elements, in one form whatever they were read from: children of one name keep their order. */
export const shapesOf = (wanted: readonly Wanted[]): string => wanted.map(shapeOf).sort().join();

/** What is there of those that are wanted, in the form of shapesOf(); what every broker has beside it is left out. */
export function shapesRead(within: Element | undefined, wanted: readonly Wanted[]): string {
  const shapes = new Set(wanted.map(shapeOf));
  return [...new Set(wanted.map(({ name }) => name))]
    .flatMap((name) => children(within, name).map((found) => shapeRead(name, found)))
    .filter((shape) => shapes.has(shape))
    .sort()
    .join();
}

function shapeOf({ name, attributes, children: inside }: Wanted): string {
  const names = [...new Set(inside.map((child) => child.name))].sort();
  const groups = names.map((one) => inside.filter((child) => child.name === one).map(shapeOf));
  return JSON.stringify([name, Object.fromEntries(attributes), groups]);
}

function shapeRead(name: string, found: Element): string {
  // An element without anything in it is read as a text.
  const { $: attributes = {}, ...inside } = typeof found === 'object' ? found : {};
  const groups = Object.keys(inside)
    .sort()
    .map((one) => children(inside, one).map((child) => shapeRead(one, child)));
  return JSON.stringify([name, attributes, groups]);
}
