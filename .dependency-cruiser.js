// The layers of ARCHITECTURE.md: imports point down this list, never up, and never in a circle.
const LAYERS = [
  'cli',
  'drill',
  'supervisor',
  'doctor',
  'operations',
  'messages',
  'observe',
  'state',
  'stores',
  'clients',
  'agents',
  'certificates',
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

const pathsOf = (files) => files.map((file) => `^src/${file}\\.ts$`);

/**
 * Who imports the parts of this machine's agent directly. The rest asks agentOf() (src/state/agents.ts), so that a node
 * may be on another machine; take out of these lists, and add nothing.
 */
const LOCAL_AGENT = {
  hosts: ['state/agents'],
  'local-agent': ['state/cluster'],
  launch: [],
  'exit-watch': [],
  ports: [
    'index',
    'operations/init',
    'operations/scale/carry-out',
    'operations/scale/dry-run',
    'operations/scale/proposal',
  ],
  registry: ['drill/faults/fault', 'state/cluster', 'state/found-identity'],
  table: ['state/cluster', 'state/found-identity'],
};

const agents = Object.entries(LOCAL_AGENT).map(([part, allowed]) => ({
  name: `only-through-an-agent-${part}`,
  comment: 'What is done to the machine of a node is asked of its agent.',
  severity: 'error',
  from: {
    path: '^src/',
    pathNot: ['^src/agents/', ...pathsOf(allowed)],
  },
  to: { path: `^src/agents/local/${part}\\.ts$` },
}));

/**
 * Who imports a part of replicatedLevelDB directly. The rest comes to it through the Store (src/stores/store.ts), so that
 * there can be another kind; take out of these lists, and add nothing.
 */
const REPLICATED_LEVELDB = {
  'election/members': ['index'],
  'election/read-election': ['index'],
  index: ['state/cluster'],
};

const STORE_FOLDER = '^src/stores/replicated-leveldb/';

const stores = [
  {
    name: 'only-through-the-store',
    comment: 'What is particular to a kind of store is asked through Store and Coordination.',
    severity: 'error',
    from: { path: '^src/', pathNot: STORE_FOLDER },
    to: {
      path: STORE_FOLDER,
      pathNot: Object.keys(REPLICATED_LEVELDB).map((part) => `${STORE_FOLDER}${part}\\.ts$`),
    },
  },
  ...Object.entries(REPLICATED_LEVELDB).map(([part, allowed]) => ({
    name: `only-through-the-store-${part}`,
    comment: 'What is particular to a kind of store is asked through Store and Coordination.',
    severity: 'error',
    from: { path: '^src/', pathNot: [STORE_FOLDER, ...pathsOf(allowed)] },
    to: { path: `${STORE_FOLDER}${part}\\.ts$` },
  })),
];

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
    ...agents,
    ...stores,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
  },
};
