import { Chalk } from 'chalk';
import { visibleLines } from '../../lib/visible.js';
import { ESCAPE, MARK, type Output } from './io.js';

/** What texts are painted with. A printer is given them, and makes no sequence of a terminal by itself. */
export interface Colours {
  readonly bold: Paint;
  readonly green: Paint;
  readonly red: Paint;
  readonly yellow: Paint;
}

type Paint = (text: string) => string;

/** Colours for what is printed by one output; none where it is not fancy. */
export function coloursOf({ isFancy }: Pick<Output, 'isFancy'>): Colours {
  const chalk = new Chalk({ level: isFancy ? 1 : 0 });
  // Escaped before it is painted, so that every escape character left is chalk's.
  const paint =
    (name: keyof Colours): Paint =>
    (text) =>
      chalk[name](visibleLines(text)).replaceAll(ESCAPE, MARK);
  return {
    bold: paint('bold'),
    green: paint('green'),
    red: paint('red'),
    yellow: paint('yellow'),
  };
}
