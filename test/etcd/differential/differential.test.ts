/**
 * Kuorum's etcd API is etcd's: the same operations, drawn at random, get the same answers and the same events.
 *
 * `KUORUM_DIFFERENTIAL_SEED` replays a run, `KUORUM_DIFFERENTIAL_OPERATIONS` makes it longer.
 */
import { randomInt } from 'node:crypto';
import { afterEach, describe, it } from 'vitest';
import { seededRandom } from '../../../platform/index.js';
import { GrpcClient } from '../support/client.js';
import { startTestEtcd } from '../support/server.js';
import { startThreeEtcdMembers } from '../support/three-etcd-members.js';
import { etcdProgram, startRealEtcd } from './real-etcd.js';
import { Run } from './run.js';
import { Subject } from './subject.js';

const seed = Number(process.env['KUORUM_DIFFERENTIAL_SEED'] ?? randomInt(2 ** 31));
const operations = Number(process.env['KUORUM_DIFFERENTIAL_OPERATIONS'] ?? 3_000);

const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

function subject(name: string, clients: readonly GrpcClient[]): Subject {
  const made = new Subject(name, clients);
  endings.push(() => made.close());
  return made;
}

async function theRealOne(): Promise<Subject> {
  const etcd = await startRealEtcd();
  endings.push(() => etcd.close());
  const client = new GrpcClient(etcd.url);
  endings.push(() => client.close());
  return subject('etcd', [client]);
}

async function alone(): Promise<Subject> {
  const kuorum = await startTestEtcd();
  endings.push(() => kuorum.close());
  return subject('kuorum', [kuorum.client()]);
}

async function threeMembers(): Promise<Subject> {
  const members = await startThreeEtcdMembers();
  endings.push(() => members.close());
  return subject('kuorum', members.clients());
}

describe.skipIf(etcdProgram === undefined)('Kuorum answers as etcd does', () => {
  it.each([
    { what: 'one member', start: alone, count: operations },
    { what: 'three members, each asked in turn', start: threeMembers, count: Math.ceil(operations / 3) },
  ])(
    '$what',
    async ({ start, count, what }) => {
      process.stdout.write(`KUORUM_DIFFERENTIAL_SEED=${seed} KUORUM_DIFFERENTIAL_OPERATIONS=${operations}\n`);
      const run = new Run(await theRealOne(), await start(), seededRandom(seed));
      await run.operations(count);
      process.stdout.write(`  the same from etcd and ${what}: ${run.figures}\n`);
    },
    120_000 + operations * 100,
  );
});
