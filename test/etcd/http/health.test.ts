import { afterEach, describe, expect, it } from 'vitest';
import type { Alarm, ClusterAdmin, Store } from '../../../storage/index.js';
import { adminWith } from '../support/admin.js';
import { http1, http2 } from '../support/http.js';
import { storeWith } from '../support/scripted-store.js';
import { startTestEtcd, type TestEtcd } from '../support/server.js';

let etcd: TestEtcd;
afterEach(() => etcd.close());

interface Trouble {
  readonly alarms?: readonly Alarm[];
  readonly noLeader?: boolean;
  readonly learner?: boolean;
}

async function start({ alarms = [], noLeader = false, learner = false }: Trouble = {}): Promise<void> {
  etcd = await startTestEtcd({
    around({ store, admin }) {
      const range: Store['range'] = (request, context) =>
        noLeader && request.consistency === 'linearizable'
          ? Promise.resolve({ kind: 'refused', refusal: { reason: 'no-leader', message: '' } })
          : store.range(request, context);
      const status: ClusterAdmin['status'] = async () => ({
        ...(await admin.status()),
        ...(noLeader ? { leaderId: undefined } : {}),
        ...(learner ? { role: 'learner' } : {}),
      });
      return {
        store: storeWith(store, { range }),
        admin: adminWith(admin, { status, alarms: () => Promise.resolve(alarms) }),
      };
    },
  });
}

const get = async (path: string): Promise<readonly [number, string]> => {
  const { status, body } = await http1(etcd, path);
  return [status, body];
};

const noSpace: Alarm = { memberId: 1, alarm: 'no-space' };
const corrupt: Alarm = { memberId: 2, alarm: 'corrupt' };
const healthy = [200, '{"health":"true","reason":""}'];
const unhealthy = (reason: string): readonly unknown[] => [503, `{"health":"false","reason":"${reason}"}`];

describe('/health', () => {
  it('is true where reads and alarms are well, by both versions of HTTP', async () => {
    await start();
    expect(await get('/health')).toEqual(healthy);
    const answer = await http2(etcd, '/health?serializable=true');
    expect([answer.status, answer.body]).toEqual(healthy);
    expect(answer.headers['content-type']).toBe('application/json');
  });

  it('names the alarm, unless it is left out', async () => {
    await start({ alarms: [noSpace] });
    expect(await get('/health')).toEqual(unhealthy('ALARM NOSPACE'));
    expect(await get('/health?exclude=NOSPACE')).toEqual(healthy);
    expect(await get('/health?exclude=CORRUPT')).toEqual(unhealthy('ALARM NOSPACE'));
  });

  it('needs a leader, unless reads may be old', async () => {
    await start({ noLeader: true });
    expect(await get('/health')).toEqual(unhealthy('RAFT NO LEADER'));
    expect(await get('/health?serializable=true')).toEqual(healthy);
  });

  it('is only read', async () => {
    await start();
    expect(await http1(etcd, '/health', 'POST')).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD' },
    });
    expect(await http1(etcd, '/health', 'HEAD')).toMatchObject({ status: 200, body: '' });
  });
});

describe('/livez and /readyz', () => {
  it('are ok, and say by what checks when asked', async () => {
    await start();
    expect(await get('/livez')).toEqual([200, 'ok\n']);
    expect(await get('/livez?verbose')).toEqual([200, '[+]serializable_read ok\nok\n']);
    expect(await get('/readyz')).toEqual([200, 'ok\n']);
    expect(await get('/readyz?verbose')).toEqual([
      200,
      '[+]data_corruption ok\n[+]serializable_read ok\n[+]linearizable_read ok\n[+]non_learner ok\nok\n',
    ]);
  });

  it('say which check failed, and each check can be asked for or left out', async () => {
    await start({ alarms: [corrupt], noLeader: true, learner: true });
    expect(await get('/livez')).toEqual([200, 'ok\n']);
    expect(await get('/readyz')).toEqual([
      503,
      '[-]data_corruption failed: alarm activated: CORRUPT\n[+]serializable_read ok\n' +
        '[-]linearizable_read failed: etcdserver: no leader\n[-]non_learner failed: not supported for learner\n',
    ]);
    expect(await get('/readyz/serializable_read')).toEqual([200, 'ok\n']);
    expect(await get('/readyz/non_learner')).toEqual([
      503,
      '[-]non_learner failed: not supported for learner\n',
    ]);
    const left = '?exclude=data_corruption&exclude=linearizable_read&exclude=non_learner&verbose';
    expect(await get(`/readyz${left}`)).toEqual([200, '[+]serializable_read ok\nok\n']);
    expect(await get('/readyz/none')).toEqual([404, '404 page not found\n']);
    expect(await get('/livez/linearizable_read')).toEqual([404, '404 page not found\n']);
  });
});

it('/version says which API is served, and by what', async () => {
  await start();
  expect(JSON.parse((await http1(etcd, '/version')).body)).toEqual({
    etcdserver: '3.6.0',
    etcdcluster: '3.6.0',
    kuorum: '1.2.3',
  });
  expect(await get('/nowhere')).toEqual([404, '404 page not found\n']);
});
