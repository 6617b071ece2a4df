// When a broker said something: its log has milliseconds of the clock that the bench reads as well.
import { markOf, sinceMark } from '../../dist/process/log.js';

const LINE = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d),(\d{3}) \| (.*)$/;

/** @typedef {{ at: number, text: string }} LogLine */

/** The lines of a broker's log from now on. */
export class LogSince {
  #path;
  #mark;

  /**
   * @param {string} path
   * @param {number} mark
   */
  constructor(path, mark) {
    this.#path = path;
    this.#mark = mark;
  }

  /** @param {string} path */
  static async now(path) {
    return new LogSince(path, await markOf(path));
  }

  text() {
    return sinceMark(this.#path, this.#mark);
  }

  /** @returns {Promise<LogLine[]>} */
  async lines() {
    return (await this.text()).split('\n').flatMap((line) => {
      const [, date, time, milliseconds, text = ''] = LINE.exec(line) ?? [];
      return date ? [{ at: new Date(`${date}T${time}.${milliseconds}`).getTime(), text }] : [];
    });
  }
}

/**
 * When the first line with this text was written; NaN where there is none.
 * @param {readonly LogLine[]} lines
 * @param {string} text
 */
export function saidAt(lines, text) {
  return lines.find((line) => line.text.includes(text))?.at ?? NaN;
}
