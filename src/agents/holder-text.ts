import type { PortHolder } from './agent.js';

/** Who holds a port, in words that follow `is`. */
export function holderText(holder: PortHolder | undefined): string {
  if (holder?.of) return `held by ${holder.of.name} of the cluster in ${holder.of.directory}`;
  return holder?.pid === undefined
    ? 'taken by another process'
    : `taken by pid ${holder.pid} (${holder.command ?? ''})`;
}

/** What a person can do about ports that are held; nobody is told to end what belongs to another cluster. */
export function holderHint(holders: readonly (PortHolder | undefined)[], change: string): string {
  const directories = new Set(holders.flatMap((holder) => holder?.of?.directory ?? []));
  const hints = [...directories].map(
    (directory) => `${change}, or stop the other cluster with \`mqha -C ${directory} down\`.`,
  );
  if (holders.some((holder) => !holder?.of)) {
    hints.push(`${change}, or see whether the process that holds it is needed.`);
  }
  return hints.join(' ');
}
