/** What the member nemesis needs of a running cluster: the part of its live membership that it drives. */
import type { Cluster } from '../../cluster/index.js';

export interface LiveMembership {
  /** Resolves when it votes, with its name. */
  add(): Promise<string>;
  remove(member: string): Promise<string>;
  replace(member: string): Promise<string>;
  moveLeader(member: string): Promise<string>;
}

const verbs: readonly (keyof LiveMembership)[] = ['add', 'remove', 'replace', 'moveLeader'];

function isLiveMembership(value: unknown): value is LiveMembership {
  if (typeof value !== 'object' || value === null) return false;
  const found: ReadonlyMap<string, unknown> = new Map(verbs.map((verb) => [verb, Reflect.get(value, verb)]));
  return verbs.every((verb) => typeof found.get(verb) === 'function');
}

/** undefined: this cluster's membership is fixed while it runs. */
export function membershipOf(cluster: Cluster): LiveMembership | undefined {
  const membership: unknown = Reflect.get(cluster, 'membership');
  return isLiveMembership(membership) ? membership : undefined;
}
