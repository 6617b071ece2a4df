const CLUSTER_MARK = '-Dmqha.cluster=';
const NODE_MARK = '-Dmqha.node=';

/** The two JVM options that mark a process as ours: they are the proof of identity in its argv. */
export function markers(clusterId: string, name: string): string[] {
  return [`${CLUSTER_MARK}${clusterId}`, `${NODE_MARK}${name}`];
}

/** Of which cluster a process is, and as whom it runs, by its argv; undefined where it is nobody's. */
export function markOf(
  argv: readonly string[],
): { readonly id: string; readonly name: string } | undefined {
  const value = (mark: string) =>
    argv.find((word) => word.startsWith(mark))?.slice(mark.length) ?? '';
  const [id, name] = [value(CLUSTER_MARK), value(NODE_MARK)];
  return id === '' || name === '' ? undefined : { id, name };
}
