import type { Ora } from 'ora';

/** A line that moves while something goes on. It is loaded when it is first shown: most commands need none. */
export class Spinner {
  readonly #stream: NodeJS.WriteStream;
  #ora: Ora | undefined;
  #loading = false;
  /** What it says; undefined while it is hidden. */
  #text: string | undefined;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  show(text: string): void {
    this.#text = text;
    if (this.#ora) this.#turn();
    else if (!this.#loading) void this.#load();
  }

  /** Writes above it. */
  write(text: string): void {
    const spinning = this.#ora?.isSpinning === true;
    if (spinning) this.#ora?.stop();
    this.#stream.write(text);
    if (spinning) this.#ora?.start();
  }

  stop(): void {
    this.#text = undefined;
    this.#ora?.stop();
  }

  async #load(): Promise<void> {
    this.#loading = true;
    const { default: ora } = await import('ora');
    this.#ora = ora({ stream: this.#stream, discardStdin: false });
    this.#turn();
  }

  #turn(): void {
    if (!this.#ora || this.#text === undefined) return;
    this.#ora.text = this.#text;
    if (!this.#ora.isSpinning) this.#ora.start();
  }
}
