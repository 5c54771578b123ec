// Stands in for a member: speaks the supervisor's protocol and serves just enough HTTPS to be ready. A file
// named `unready` or `refuse` in its folder makes it so.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
process.on('disconnect', () => process.exit(0));
process.on('message', (message) => {
  switch (message.type) {
    case 'start':
      start(message.config);
      break;
    case 'status':
      process.send({ type: 'report', request: message.request, report: report() });
      break;
    case 'admin':
      process.send({ type: 'admin-answer', request: message.request, answer: answer(message.call) });
      break;
    case 'stop':
      process.exit(0);
  }
});

let name;
let members = [];

function start(config) {
  name = config.name;
  members = config.members;
  if (existsSync(join(config.folder, 'refuse'))) {
    process.send(
      { type: 'refused', message: `member ${name}: refused by the test`, lasting: 'unusable' },
      () => process.exit(1),
    );
    return;
  }
  if (config.format !== 'never') {
    mkdirSync(config.folder, { recursive: true });
    writeFileSync(join(config.folder, 'identity.json'), '{}');
  }
  const server = createServer(
    {
      cert: config.apiTls.certificate,
      key: config.apiTls.key,
      ca: config.apiTls.clientAuthorities,
      requestCert: true,
      rejectUnauthorized: false,
    },
    (request, response) => {
      const unready = request.url === '/readyz' && existsSync(join(config.folder, 'unready'));
      response.writeHead(unready ? 500 : 200, { 'x-member': name });
      response.end(
        request.url === '/crash' ? process.exit(3) : unready ? '[-]quorum failed: reason withheld\n' : 'ok',
      );
    },
  );
  const listening = () => {
    process.send({ type: 'peer-listening', port: config.peerPort || 20000 + Number(name.slice(1)) });
    process.send({
      type: 'api-listening',
      port: server.address().port,
      clientPort: config.clientPort || 30000 + Number(name.slice(1)),
    });
  };
  server.once('error', () => server.listen(0, '127.0.0.1', listening));
  server.listen(config.apiPort, '127.0.0.1', listening);
}

/** The membership of the start, which nobody may change. */
function answer(call) {
  if (call.kind === 'change') {
    return { kind: 'refused', refusal: { reason: 'invalid', message: 'the test takes nobody in' } };
  }
  return {
    kind: 'done',
    value: {
      appliedIndex: 1,
      commitIndex: 1,
      members: members.map((member) => ({ ...member, peerAddress: '', role: 'voter', priority: 0 })),
      removed: [],
      settled: true,
    },
  };
}

function report() {
  return {
    role: name === 'm2' ? 'leader' : 'follower',
    term: 3,
    leader: 'm2',
    commitIndex: 12,
    appliedIndex: name === 'm3' ? 10 : 12,
    revision: 7,
    databaseBytes: 4096,
    stateHash: '00',
    hasQuorum: true,
    warnings: [],
    condition: 'intact',
    failure: undefined,
    residentBytes: process.memoryUsage.rss(),
    cpuMilliseconds: 5,
  };
}
