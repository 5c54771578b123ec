import { expect, it } from 'vitest';
import type { ClusterFile } from '../../cluster/cluster-file.js';
import { etcdAccessOf } from '../../cluster/etcd-clients.js';

type Member = Partial<ClusterFile['members'][number]>;

const endpointsOf = (...members: readonly Member[]): readonly string[] => {
  const common = { name: 'm', id: 1, pid: 5, clientPort: null, role: 'voter' } as const;
  const file = { members: members.map((member) => ({ ...common, ...member })) } as unknown as ClusterFile;
  return etcdAccessOf('/data', file).endpoints;
};

it('etcd clients are sent to members that run and vote', () => {
  expect(
    endpointsOf(
      { clientPort: 1 },
      { clientPort: 2, pid: null },
      { clientPort: 3, role: 'learner' },
      { clientPort: null },
      { clientPort: 5 },
    ),
  ).toEqual(['https://127.0.0.1:1', 'https://127.0.0.1:5']);
});

it('where none runs they are told where the voters were', () => {
  expect(endpointsOf({ clientPort: 1, pid: null }, { clientPort: 3, pid: null, role: 'learner' })).toEqual([
    'https://127.0.0.1:1',
  ]);
});
