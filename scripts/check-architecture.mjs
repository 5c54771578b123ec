// Checks the walls between the folders (.dependency-cruiser.cjs). A cruise that sees no module, as happens
// when the TypeScript compiler and the cruiser disagree, is a failure: it would otherwise look like success.
import { createRequire } from 'node:module';
import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const require = createRequire(import.meta.url);
const rules = require('../.dependency-cruiser.cjs');
const folders = [
  'platform',
  'raft',
  'storage',
  'etcd',
  'api',
  'apiserver',
  'client',
  'controllers',
  'cluster',
  'cli',
  'bench',
  'chaos',
];

const { output } = await cruise(
  folders,
  { ...rules.options, ruleSet: { forbidden: rules.forbidden }, validate: true, outputType: 'json' },
  rules.options.enhancedResolveOptions,
  { tsConfig: extractTSConfig(rules.options.tsConfig.fileName) },
);
const { modules, summary } = JSON.parse(output);
const own = modules.filter((module) => folders.some((folder) => module.source.startsWith(`${folder}/`)));
const unseen = folders.filter((folder) => !own.some((module) => module.source.startsWith(`${folder}/`)));
for (const violation of summary.violations) {
  console.error(`${violation.rule.name}: ${violation.from} → ${violation.to}`);
}
if (unseen.length > 0) console.error(`no module was seen in: ${unseen.join(', ')}`);
if (summary.violations.length > 0 || unseen.length > 0) process.exit(1);
console.log(`architecture: ${own.length} modules, ${summary.totalDependenciesCruised} imports, no violation`);
