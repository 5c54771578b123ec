/** A cluster of three members that is measured through the etcd API, whoever's it is. */
import type { Access, SideName } from '../generator/protocol.js';

export interface Side {
  readonly name: SideName;
  readonly version: string;
  readonly access: Access;
  /** Of the members' processes, in the order of the endpoints. */
  readonly pids: readonly number[];
  /** Which endpoint is the leader's now. */
  leader(): Promise<number>;
  close(): Promise<void>;
}
