/** What an experiment is asked for, checked before anything starts; each refusal is one line that says what is possible. */
import { UserError } from '../../cluster/index.js';
import { MAX_VALUE_BYTES } from '../generator/keys.js';
import { etcdVersion } from './etcd-system.js';

const clusterSizes = [1, 3, 5, 7] as const;

export function checkClusterSizes(sizes: readonly number[]): void {
  for (const size of sizes) {
    if (clusterSizes.some((known) => known === size)) continue;
    const even =
      size % 2 === 0 && size > 1 && size < 8
        ? `: it would tolerate no more failures than ${size - 1} and need a larger majority`
        : '';
    throw new UserError(`--members: a cluster has 1, 3, 5 or 7 members here, not ${size}${even}`);
  }
  checkDistinct('--members', sizes);
}

export function checkDistinct(option: string, values: readonly (number | string)[]): void {
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (values.length === 0) throw new UserError(`${option} names nothing to measure`);
  if (twice !== undefined) throw new UserError(`${option} has ${twice} twice`);
}

const MAX_CLIENTS = 5_000;

export function checkClients(clients: readonly number[]): void {
  const wrong = clients.find((count) => !Number.isInteger(count) || count < 1 || count > MAX_CLIENTS);
  if (wrong !== undefined)
    throw new UserError(`--clients: from 1 to ${MAX_CLIENTS} calls are under way at once, not ${wrong}`);
  checkDistinct('--clients', clients);
}

export function checkValueBytes(bytes: number): void {
  if (Number.isInteger(bytes) && bytes >= 1 && bytes <= MAX_VALUE_BYTES) return;
  throw new UserError(
    `--value-size: a value has from 1 to ${MAX_VALUE_BYTES} bytes, which is what both Kuorum and etcd take, not ${bytes}`,
  );
}

const MIN_DURATION_MILLISECONDS = 100;
const MAX_DURATION_MILLISECONDS = 3_600_000;

export function checkDuration(milliseconds: number): void {
  if (milliseconds >= MIN_DURATION_MILLISECONDS && milliseconds <= MAX_DURATION_MILLISECONDS) return;
  throw new UserError(`--duration: a measurement takes from 100ms to 1h, not ${milliseconds}ms`);
}

const MAX_ROUNDS = 100;

export function checkRounds(rounds: number): void {
  if (Number.isInteger(rounds) && rounds >= 1 && rounds <= MAX_ROUNDS) return;
  throw new UserError(`--rounds: a measurement takes from 1 to ${MAX_ROUNDS} rounds, not ${rounds}`);
}

/** The version of the etcd to measure beside; undefined: none is asked for. */
export async function etcdToMeasure(against: 'etcd' | undefined): Promise<string | undefined> {
  if (against === undefined) return undefined;
  const version = await etcdVersion();
  if (version !== undefined) return version;
  throw new UserError(
    '--against etcd: there is no program named etcd on PATH (it is never installed from here); leave the option out to measure Kuorum alone',
  );
}

/** `10s`, `250ms`: as the command line takes it. */
export function durationText(milliseconds: number): string {
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}

/** `1 client`, `10 clients` */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
