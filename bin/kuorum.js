#!/usr/bin/env node
// Runs the built command, after bringing the build up to date in a source checkout.
const major = Number(process.versions.node.split('.')[0]);
if (major < 20) {
  process.stderr.write(`kuorum needs Node.js 20 or newer; this is ${process.versions.node}\n`);
  process.exit(1);
}
try {
  const { ensureBuild } = await import('./ensure-build.js');
  await ensureBuild();
} catch (error) {
  process.stderr.write(
    `kuorum: the build failed: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exit(1);
}
const { main } = await import('../dist/cli.js');
await main(process.argv);
