// The layers of ARCHITECTURE.md: imports point down this list, never up, and never in a circle.
const LAYERS = [
  'cli',
  'drill',
  'supervisor',
  'operations',
  'messages',
  'observe',
  'state',
  'stores',
  'clients',
  'agents',
  'distribution',
  'config',
  'lib',
];

const upwards = LAYERS.slice(1).map((layer, index) => ({
  name: `no-import-above-${layer}`,
  comment: 'A layer imports from those below it only.',
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: {
    path: [`^src/index\\.ts$`, ...LAYERS.slice(0, index + 1).map((above) => `^src/${above}/`)],
  },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circle',
      comment: 'Not even of types.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-other-folder',
      comment: 'Every file belongs to a layer.',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: [`^src/(${LAYERS.join('|')})/`, '^src/index\\.ts$'] },
    },
    ...upwards,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
  },
};
