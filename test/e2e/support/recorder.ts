/**
 * A proxy between kubectl and the front door that writes down every request. It speaks TLS with a certificate
 * of its own on one side and as the cluster's administrator on the other.
 */
import { once } from 'node:events';
import { connect, createSecureServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { parseKubeconfig } from '../../../client/index.js';
import { testCertificates } from '../../client/support/certificates.js';
import { identityOf, type RecordedRequest } from './recording.js';

export interface Recorder {
  /** For kubectl: leads to the proxy. */
  readonly kubeconfig: string;
  readonly requests: RecordedRequest[];
  /** The command that the following requests belong to. */
  command: string;
  close(): Promise<void>;
}

export async function startRecorder(clusterKubeconfig: string): Promise<Recorder> {
  const { server: upstreamUrl, tls } = parseKubeconfig(clusterKubeconfig).context();
  const certificates = await testCertificates();
  const upstream = connect(upstreamUrl, { ca: tls.authority, cert: tls.certificate, key: tls.key });
  upstream.on('error', () => {});
  const server = createSecureServer({ cert: certificates.certificate, key: certificates.key });
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => {});
  });
  const requests: RecordedRequest[] = [];
  const recorder: Recorder = {
    kubeconfig: '',
    requests,
    command: '',
    async close() {
      upstream.destroy();
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };

  function forward(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const command = recorder.command;
    // The token only keeps kubectl from asking for a user name; the proxy's own certificate counts upstream.
    const { ':authority': _authority, ':scheme': _scheme, authorization: _token, ...rest } = headers;
    const onward = upstream.request(rest, { endStream: false });
    const sent: Buffer[] = [];
    const received: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => sent.push(chunk));
    stream.pipe(onward);
    stream.on('error', () => onward.destroy());
    stream.on('close', () => onward.destroy());
    onward.on('error', () => stream.destroy());
    onward.on('response', (answer) => {
      const { ':status': status = 0 } = answer;
      stream.respond(answer);
      onward.on('data', (chunk: Buffer) => received.push(chunk));
      onward.pipe(stream);
      const entry = requests.length;
      const write = (): void => {
        requests[entry] = {
          command,
          method: String(rest[':method']),
          path: String(rest[':path']),
          accept: String(rest.accept ?? ''),
          contentType: String(rest['content-type'] ?? ''),
          body: Buffer.concat(sent).toString('base64'),
          status,
          answerType: String(answer['content-type'] ?? '').split(';')[0]!,
          identity: identityOf(Buffer.concat(received).toString('utf8')),
        };
      };
      write();
      onward.on('end', write);
    });
  }

  server.on('stream', forward);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const authority = Buffer.from(certificates.authority).toString('base64');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(recorder, {
    kubeconfig: [
      'apiVersion: v1',
      'kind: Config',
      'current-context: recorder',
      'contexts: [{ name: recorder, context: { cluster: recorder, user: recorder } }]',
      `clusters: [{ name: recorder, cluster: { server: "${url}", certificate-authority-data: ${authority} } }]`,
      'users: [{ name: recorder, user: { token: recorder } }]',
      '',
    ].join('\n'),
  });
}
