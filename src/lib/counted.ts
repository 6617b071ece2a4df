/** `12,345` */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 round`, `12 rounds`; `1 message was`, `12 messages were`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
