/**
 * The walls of the house, as ARCHITECTURE.md draws them. Arrows point one way; a folder is entered by its door.
 * `scripts/check-architecture.mjs` runs these and fails when no module was seen.
 */

/** What each folder may import of ours, besides itself. */
const allowed = {
  platform: [],
  raft: ['platform'],
  storage: ['raft', 'platform'],
  etcd: ['storage', 'platform'],
  api: [],
  apiserver: ['api', 'storage', 'platform'],
  client: ['api', 'platform'],
  controllers: ['client', 'api', 'platform'],
  cluster: ['platform', 'raft', 'storage', 'etcd', 'api', 'apiserver', 'client', 'controllers'],
  chaos: ['platform', 'raft', 'storage', 'etcd', 'api', 'apiserver', 'client', 'controllers', 'cluster'],
  bench: [
    'platform',
    'raft',
    'storage',
    'etcd',
    'api',
    'apiserver',
    'client',
    'controllers',
    'cluster',
    'chaos',
  ],
  cli: ['platform', 'api', 'client', 'cluster', 'bench', 'chaos'],
};
const folders = Object.keys(allowed);
const anyOf = (names) => names.join('|');

const arrows = folders.map((folder) => ({
  name: `${folder}-imports-only-below`,
  severity: 'error',
  comment: `${folder}/ may import ${allowed[folder].join(', ') || 'nothing of ours'}`,
  from: { path: `^${folder}/` },
  to: { path: `^(${anyOf(folders.filter((name) => name !== folder && !allowed[folder].includes(name)))})/` },
}));

const doors = folders.map((folder) => ({
  name: `${folder}-is-entered-by-its-door`,
  severity: 'error',
  comment: `other folders import only ${folder}/index.ts`,
  from: { path: `^(${anyOf(folders.filter((name) => name !== folder))})/` },
  to: { path: `^${folder}/`, pathNot: `^${folder}/index\\.ts$` },
}));

module.exports = {
  forbidden: [
    ...arrows,
    ...doors,
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'imports point one way',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'raft-core-is-pure',
      severity: 'error',
      comment: 'the consensus core meets no I/O, no clock, no LevelDB, no gRPC',
      from: { path: '^raft/core/' },
      to: { pathNot: '^raft/core/' },
    },
    {
      name: 'api-is-pure',
      severity: 'error',
      comment: 'api/ does no I/O',
      from: { path: '^api/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?buffer$' },
    },
    {
      name: 'only-the-disk-knows-leveldb',
      severity: 'error',
      comment: 'the Disk interface is the only way to LevelDB',
      from: { pathNot: '^(platform/leveldb-(disk|open)\\.ts|test/)' },
      to: { path: 'node_modules/(level|classic-level|abstract-level)/' },
    },
    {
      name: 'only-the-transport-knows-grpc',
      severity: 'error',
      comment: 'members speak gRPC through raft/grpc only',
      from: { pathNot: '^(raft/grpc/|test/)' },
      to: { path: 'node_modules/@grpc/' },
    },
    {
      name: 'product-does-not-import-tests',
      severity: 'error',
      comment: 'tests import the product, never the other way',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
    {
      name: 'everything-resolves',
      severity: 'error',
      comment: 'an import that resolves to nothing',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage|\\.kubectl)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
