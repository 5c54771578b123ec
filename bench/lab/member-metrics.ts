/** What a member tells its monitors over plain HTTP, in the text that Prometheus reads. */
import { request } from 'node:https';
import type { Access } from '../generator/protocol.js';

const TIMEOUT_MILLISECONDS = 5_000;

/** Rejects when the member does not answer. */
export function readMetrics(
  endpoint: string,
  { authority, certificate, key }: Access['tls'],
): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(
      `${endpoint}/metrics`,
      { ca: authority, cert: certificate, key, timeout: TIMEOUT_MILLISECONDS, agent: false },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        answer.on('end', () => resolve(text));
        answer.on('error', reject);
      },
    );
    call.on('timeout', () => call.destroy(new Error('the metrics did not come')));
    call.on('error', reject);
    call.end();
  });
}

/** The value of a metric without labels; undefined: it is not there. */
export function metricValue(text: string, name: string): number | undefined {
  const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1];
  return value === undefined ? undefined : Number(value);
}
