import { ESCAPE, type Output } from './io.js';

/** Makes room for what takes the place of what was shown; where there is no screen, an empty line parts them. */
export function clearScreen(output: Output): void {
  output.stream.write(output.isFancy ? `${ESCAPE}[H${ESCAPE}[2J${ESCAPE}[3J` : '\n');
}
