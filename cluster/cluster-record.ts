/** cluster.json while the cluster runs: what is known of it, with pids and ports of the moment. */
import type { Logger } from '../platform/index.js';
import type { Membership } from '../storage/index.js';
import type { ClusterFile, ClusterFileMember } from './cluster-file.js';
import { ClusterFileWriter } from './cluster-file-writer.js';

/** What the supervisor knows of a member; 0 for a port that is not known yet. */
export interface LiveMember {
  readonly name: string;
  readonly pid: number | undefined;
  readonly apiPort: number;
  readonly clientPort: number;
  readonly peerPort: number;
}

export class ClusterRecord {
  readonly #writer: ClusterFileWriter;
  readonly #live: () => readonly LiveMember[];
  #file: ClusterFile;

  constructor(options: {
    readonly dataDir: string;
    readonly file: ClusterFile;
    readonly logger: Logger;
    live(): readonly LiveMember[];
  }) {
    this.#file = options.file;
    this.#live = () => options.live();
    this.#writer = new ClusterFileWriter(options.dataDir, options.logger);
  }

  get file(): ClusterFile {
    return this.#file;
  }

  member(name: string): ClusterFileMember | undefined {
    return this.#file.members.find((member) => member.name === name);
  }

  change(change: Partial<Omit<ClusterFile, 'members' | 'former'>>): void {
    this.#file = { ...this.#file, ...change };
  }

  add(member: { readonly name: string; readonly id: number }): void {
    const blank = { pid: null, apiPort: null, clientPort: null, peerPort: null };
    const newcomer: ClusterFileMember = { ...member, ...blank, role: 'learner', priority: 0, joining: true };
    this.#file = { ...this.#file, members: [...this.#file.members, newcomer] };
  }

  /** Its id is remembered, so that it is never given again. */
  remove(id: number): void {
    const gone = this.#file.members.filter((member) => member.id === id);
    this.#file = {
      ...this.#file,
      members: this.#file.members.filter((member) => member.id !== id),
      former: [...this.#file.former, ...gone.map(({ name }) => ({ name, id }))],
    };
  }

  /** Takes over what is committed; whether anything was new. */
  follow(membership: Membership): boolean {
    let changed = false;
    const members = this.#file.members.map((member) => {
      const committed = membership.members.find(({ id }) => id === member.id);
      if (committed === undefined) return member;
      const { role, priority } = committed;
      if (member.role === role && member.priority === priority && !member.joining) return member;
      changed = true;
      return { ...member, role, priority, joining: false };
    });
    if (changed) this.#file = { ...this.#file, members };
    return changed;
  }

  write(): Promise<void> {
    return this.#writer.write(this.#current());
  }

  /** The last word of a cluster that has stopped. */
  writeStopped(): Promise<void> {
    const file = this.#current();
    return this.#writer.write({
      ...file,
      supervisorPid: null,
      members: file.members.map((member) => ({ ...member, pid: null })),
    });
  }

  #current(): ClusterFile {
    const live = new Map(this.#live().map((member) => [member.name, member]));
    return {
      ...this.#file,
      members: this.#file.members.map((member) => {
        const now = live.get(member.name);
        return {
          ...member,
          pid: now?.pid ?? null,
          apiPort: now === undefined || now.apiPort === 0 ? member.apiPort : now.apiPort,
          clientPort: now === undefined || now.clientPort === 0 ? member.clientPort : now.clientPort,
          peerPort: now === undefined || now.peerPort === 0 ? member.peerPort : now.peerPort,
        };
      }),
    };
  }
}
