// A test of an operator against a real API: node --test examples/operator-test.mjs
//
// The operator here is one function: it keeps a ConfigMap `copy` equal to the ConfigMap `source`. The cluster
// is three members in this process, so a leader can be taken away in the middle of the test.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { test } from 'node:test';
import { startCluster } from 'kuorum';

const path = '/api/v1/namespaces/default/configmaps';

/** The credentials that stand in the kubeconfig, decoded. */
function credentials(kubeconfig) {
  const field = (name) =>
    Buffer.from(kubeconfig.match(new RegExp(`${name}: *(\\S+)`))[1], 'base64').toString();
  return {
    ca: field('certificate-authority-data'),
    cert: field('client-certificate-data'),
    key: field('client-key-data'),
  };
}

async function request(session, method, url, object) {
  const stream = session.request({ ':method': method, ':path': url, 'content-type': 'application/json' });
  stream.end(object === undefined ? undefined : JSON.stringify(object));
  const [headers] = await once(stream, 'response');
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += chunk;
  return { status: headers[':status'], object: JSON.parse(text) };
}

/** The operator: makes the copy, or leaves it when it is right. */
async function reconcile(session) {
  const { object: source } = await request(session, 'GET', `${path}/source`);
  const copy = { metadata: { name: 'copy' }, data: source.data };
  const { status } = await request(session, 'POST', path, copy);
  if (status === 409) await request(session, 'PUT', `${path}/copy`, copy);
}

test('the copy follows the source, also when the leader dies', async () => {
  const cluster = await startCluster({ members: 3, inProcess: true });
  const open = () => connect(cluster.url, credentials(cluster.kubeconfig)).on('error', () => {});
  let session = open();
  try {
    await request(session, 'POST', path, { metadata: { name: 'source' }, data: { greeting: 'hello' } });
    await reconcile(session);
    await cluster.faults.kill('leader');
    // The front door closes connections that led to the dead member.
    session.destroy();
    session = open();
    await reconcile(session);
    const { object } = await request(session, 'GET', `${path}/copy`);
    assert.equal(object.data.greeting, 'hello');
  } finally {
    session.destroy();
    await cluster.stop();
  }
});
