import type { Ora } from 'ora';
import type { Output } from './io.js';
import { visible } from '../../lib/visible.js';

/** A line that moves while something goes on. It is loaded when it is first shown: most commands need none. */
export class Spinner {
  readonly #output: Output;
  #ora: Ora | undefined;
  #loading = false;
  /** What it says; undefined while it is hidden. */
  #text: string | undefined;

  constructor(output: Output) {
    this.#output = output;
  }

  show(text: string): void {
    this.#text = visible(text);
    if (this.#ora) this.#turn();
    else if (!this.#loading) void this.#load();
  }

  /** Writes above it. */
  write(text: string): void {
    const spinning = this.#ora?.isSpinning === true;
    if (spinning) this.#ora?.stop();
    void this.#output.print(text);
    if (spinning) this.#ora?.start();
  }

  stop(): void {
    this.#text = undefined;
    this.#ora?.stop();
  }

  async #load(): Promise<void> {
    this.#loading = true;
    const { default: ora } = await import('ora');
    this.#ora = ora({ stream: this.#output.stream, discardStdin: false });
    this.#turn();
  }

  #turn(): void {
    if (!this.#ora || this.#text === undefined) return;
    this.#ora.text = this.#text;
    if (!this.#ora.isSpinning) this.#ora.start();
  }
}
