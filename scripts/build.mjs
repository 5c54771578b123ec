// Makes dist/: one bundled file an entry, LevelDB's binaries beside them, and the licences of what is inside.
// Nothing in dist needs node_modules. No type check: that is `npm run check`.
//
//   node scripts/build.mjs            build when a source is newer; types too when npm packs
//   node scripts/build.mjs --force    build anyway
//   node scripts/build.mjs --types    with type declarations
//   node scripts/build.mjs --out DIR --root DIR   another folder, from another copy of the sources
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);

/** What each file in dist is bundled from. */
const entries = {
  kuorum: 'cluster/index.ts',
  cli: 'cli/main.ts',
  member: 'cluster/member/member-process.ts',
  'api-worker': 'cluster/member/api-worker.ts',
  controllers: 'cluster/controllers/controllers-process.ts',
  'in-process': 'cluster/in-process.ts',
  issue: 'cluster/pki/issue.ts',
  bench: 'bench/index.ts',
  'bench-member': 'bench/raft/member-process.ts',
  'bench-store-member': 'bench/store/large/member-process.ts',
  'bench-load': 'bench/generator/generator-process.ts',
  chaos: 'chaos/index.ts',
  'simulation-worker': 'chaos/simulation/simulation-worker.ts',
};

/** Packages that are loaded on demand and get a file of their own. */
const lazyPackages = { 'classic-level': 'classic-level', yaml: 'yaml' };

/** CommonJS inside an ES module asks for these. */
const banner = [
  "import { createRequire as kuorumCreateRequire } from 'node:module';",
  "import { fileURLToPath as kuorumFileURLToPath } from 'node:url';",
  'const require = kuorumCreateRequire(import.meta.url);',
  'const __filename = kuorumFileURLToPath(import.meta.url);',
  "const __dirname = kuorumFileURLToPath(new URL('.', import.meta.url));",
].join('\n');

/** A dynamic import of one of these files stays one, of the file in dist. */
const lazyEntries = ['in-process', 'issue', 'bench', 'chaos'];

function lazyPlugin(root) {
  const byPath = new Map(lazyEntries.map((name) => [resolve(root, entries[name]), name]));
  return {
    name: 'lazy',
    setup(build) {
      build.onResolve({ filter: /^\.|^[a-z]/ }, async (args) => {
        if (args.kind !== 'dynamic-import' || args.pluginData === 'seen') return undefined;
        const lazyPackage = lazyPackages[args.path];
        if (lazyPackage !== undefined) return { path: `./${lazyPackage}.js`, external: true };
        const resolved = await build.resolve(args.path, {
          kind: args.kind,
          resolveDir: args.resolveDir,
          importer: args.importer,
          pluginData: 'seen',
        });
        const name = byPath.get(resolved.path);
        return name === undefined ? undefined : { path: `./${name}.js`, external: true };
      });
    },
  };
}

/** What the bundles must not drag along: msgpackr's native helper is optional. */
const stubPlugin = {
  name: 'stub',
  setup(build) {
    build.onResolve({ filter: /^msgpackr-extract$/ }, (args) => ({
      path: args.path,
      namespace: 'stub',
    }));
    build.onLoad({ filter: /.*/, namespace: 'stub' }, (args) => ({
      contents: `throw new Error(${JSON.stringify(`${args.path} is not part of the build`)});`,
      loader: 'js',
    }));
  },
};

/** LevelDB's binary is looked for beside the bundle, in dist/prebuilds. */
const levelPlugin = {
  name: 'level',
  setup(build) {
    build.onLoad({ filter: /classic-level[\\/]binding\.js$/ }, async (args) => {
      const source = await readFile(args.path, 'utf8');
      if (!source.includes('node-gyp-build'))
        throw new Error('classic-level loads its binary in another way now');
      return { contents: source, loader: 'js' };
    });
  },
};

/** Both are CommonJS, whose names `export *` cannot see. */
function reExport(packageName) {
  const names = Object.keys(require(packageName)).filter(
    (name) => /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'default',
  );
  return `import all from '${packageName}';\nexport const { ${names.join(', ')} } = all;\n`;
}

async function bundle(root, esbuild) {
  const common = {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    write: false,
    metafile: true,
    outdir: 'dist',
    charset: 'utf8',
    legalComments: 'none',
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: false,
    banner: { js: banner },
    logLevel: 'error',
    // The packages come from the checkout even when the sources are a copy elsewhere.
    nodePaths: [join(projectRoot, 'node_modules')],
    plugins: [lazyPlugin(root), stubPlugin, levelPlugin],
  };
  const own = Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, join(root, path)]));
  const packages = Object.entries(lazyPackages).map(([name, packageName]) =>
    esbuild.build({
      ...common,
      stdin: { contents: reExport(packageName), resolveDir: projectRoot, loader: 'js' },
      outdir: undefined,
      outfile: `dist/${name}.js`,
    }),
  );
  return Promise.all([esbuild.build({ ...common, entryPoints: own }), ...packages]);
}

/** Type declarations of the library door and of what it mentions, file by file and without a type check. */
async function declarations(root, out) {
  const { default: ts } = await import('typescript');
  const queue = [join(root, 'cluster/index.ts')];
  const seen = new Set();
  while (queue.length > 0) {
    const path = queue.pop();
    if (seen.has(path)) continue;
    seen.add(path);
    const { outputText, diagnostics } = ts.transpileDeclaration(await readFile(path, 'utf8'), {
      fileName: path,
      reportDiagnostics: true,
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, strict: true },
    });
    const [problem] = diagnostics ?? [];
    if (problem !== undefined) {
      throw new Error(
        `${relative(root, path)}: ${ts.flattenDiagnosticMessageText(problem.messageText, ' ')}`,
      );
    }
    const target = join(out, 'types', relative(root, path).replace(/\.ts$/, '.d.ts'));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, outputText);
    for (const [, specifier] of outputText.matchAll(/(?:from|import\()\s*'(\.[^']+)\.js'/g)) {
      queue.push(`${resolve(dirname(path), specifier)}.ts`);
    }
  }
}

/** The folder of the package that a bundled file belongs to, as node_modules names it. */
function packageFolder(root, input) {
  const path = resolve(root, input);
  const at = path.lastIndexOf(`${sep}node_modules${sep}`);
  if (at === -1) return undefined;
  const rest = path.slice(at + '/node_modules/'.length).split(sep);
  const name = rest[0].startsWith('@') ? rest.slice(0, 2) : rest.slice(0, 1);
  return join(path.slice(0, at), 'node_modules', ...name);
}

async function notices(root, results, out) {
  const folders = new Set();
  for (const { metafile } of results) {
    for (const input of Object.keys(metafile.inputs)) {
      const folder = packageFolder(root, input.replace(/^[a-z]+:/, ''));
      if (folder !== undefined) folders.add(folder);
    }
  }
  const parts = ['Kuorum contains the following packages.\n'];
  for (const folder of [...folders].sort((left, right) => left.localeCompare(right))) {
    const description = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const files = (await readdir(folder))
      .filter((name) => /^(licen[cs]e|notice|copyright)/i.test(name))
      .sort();
    const texts = await Promise.all(
      files.map((name) => readFile(join(folder, name), 'utf8').catch(() => '')),
    );
    parts.push(
      `\n${'='.repeat(78)}\n${description.name} ${description.version} (${description.license ?? 'see below'})\n\n`,
      texts.join('\n').trim(),
      '\n',
    );
  }
  await writeFile(join(out, 'THIRD-PARTY-NOTICES.txt'), parts.join(''));
}

/** Replaces a file as a whole, so that a running cluster never loads half of one. */
async function replace(path, contents) {
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, contents);
  await rename(temporary, path);
}

export async function build({ types = false, root = projectRoot, out = join(root, 'dist') } = {}) {
  const started = Date.now();
  const esbuild = await import('esbuild');
  await mkdir(out, { recursive: true });
  const results = await bundle(root, esbuild);
  for (const { outputFiles } of results) {
    for (const file of outputFiles) await replace(join(out, file.path.split(sep).pop()), file.contents);
  }
  const level = dirname(require.resolve('classic-level/package.json'));
  await cp(join(level, 'prebuilds'), join(out, 'prebuilds'), { recursive: true });
  await notices(root, results, out);
  if (types) {
    await rm(join(out, 'types'), { recursive: true, force: true });
    await declarations(root, out);
  }
  // Sources that were saved while this ran are newer than the stamp, and are built the next time.
  const { utimes } = await import('node:fs/promises');
  await writeFile(join(out, '.stamp'), '');
  await utimes(join(out, '.stamp'), new Date(started), new Date(started));
}

function option(name) {
  const at = process.argv.indexOf(name);
  return at === -1 ? undefined : process.argv[at + 1];
}

async function main() {
  const { buildIsStale } = await import('../bin/ensure-build.js');
  const force = process.argv.includes('--force');
  // `npm pack` and `npm publish` run `prepare` too: a package without its types would be half of one.
  const packing = process.env.npm_command === 'pack' || process.env.npm_command === 'publish';
  const types = process.argv.includes('--types') || packing;
  const root = option('--root');
  const out = option('--out');
  if (!force && !types && root === undefined && out === undefined && !buildIsStale()) return;
  await build({
    types,
    ...(root === undefined ? {} : { root: resolve(root) }),
    ...(out === undefined ? {} : { out: resolve(out) }),
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main();
}
