/**
 * Where the members of a running cluster have their keys, processes and folders: what the membership control
 * needs to let one in and to let one go.
 *
 * Faults assumed: a crash at any point. A newcomer stands in cluster.json, marked as joining, before anything of
 * it exists; what was let go leaves cluster.json before its folder is touched.
 */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger, Random } from '../platform/index.js';
import type { Membership } from '../storage/index.js';
import type { ClusterKeys } from './cluster-keys.js';
import type { ClusterRecord } from './cluster-record.js';
import { formerMemberFolder, memberFolder } from './folder-layout.js';
import { newMemberId } from './new-ids.js';
import type { HostedMember, MembershipHost } from './supervisor/membership-follower.js';
import type { Supervisor } from './supervisor/supervisor.js';

export interface MemberHostOptions {
  readonly dataDir: string;
  readonly record: ClusterRecord;
  readonly keys: ClusterKeys;
  readonly supervisor: Supervisor;
  readonly random: Random;
  readonly logger: Logger;
  /** Something that clients see has changed: who votes, who is there. */
  onChange(): void;
}

const stopLimitMilliseconds = 6_000;

export class MemberHost implements MembershipHost {
  readonly #options: MemberHostOptions;

  constructor(options: MemberHostOptions) {
    this.#options = options;
  }

  members(): readonly HostedMember[] {
    const { record, supervisor } = this.#options;
    return supervisor.members().map(({ name, id, state, refusal, removed, peerPort }) => ({
      name,
      id,
      process: state,
      refusal,
      removed,
      peerPort,
      joining: record.member(name)?.joining ?? false,
    }));
  }

  formerNames(): readonly string[] {
    return this.#options.record.file.former.map(({ name }) => name);
  }

  newId(): number {
    const { members, former } = this.#options.record.file;
    const known = new Set([...members, ...former].map(({ id }) => id));
    for (;;) {
      const id = newMemberId(this.#options.random);
      if (!known.has(id)) return id;
    }
  }

  async admit(member: { readonly name: string; readonly id: number }): Promise<void> {
    const { dataDir, record, keys, supervisor, logger } = this.#options;
    logger.info('a member is let in', { member: member.name, id: member.id });
    // Of an earlier member by this name, or of an addition that was interrupted.
    await this.#putAside(member.name, member.id);
    await keys.drop(member.name);
    record.add(member);
    await record.write();
    await keys.ensure(
      record.file.members.map(({ name }) => name),
      false,
    );
    await mkdir(memberFolder(dataDir, member.name), { recursive: true });
    await supervisor.add({ ...member, apiPort: 0, clientPort: 0, peerPort: 0 });
  }

  async dismiss(id: number, options: { readonly keepFolder: boolean }): Promise<void> {
    const { dataDir, record, keys, supervisor, logger } = this.#options;
    const member = supervisor.members().find((candidate) => candidate.id === id);
    const name = member?.name ?? record.file.members.find((candidate) => candidate.id === id)?.name;
    if (name === undefined) return;
    logger.info('a member is let go', { member: name, id, keepFolder: options.keepFolder });
    if (member !== undefined) await supervisor.remove(name, { limitMilliseconds: stopLimitMilliseconds });
    record.remove(id);
    await record.write();
    this.#options.onChange();
    if (options.keepFolder) await this.#putAside(name, id);
    else await rm(memberFolder(dataDir, name), { recursive: true, force: true });
    await keys.drop(name);
  }

  follow(membership: Membership): void {
    const { record } = this.#options;
    if (!record.follow(membership)) return;
    void record.write();
    this.#options.onChange();
  }

  async #putAside(name: string, id: number): Promise<void> {
    const { dataDir, logger } = this.#options;
    const from = memberFolder(dataDir, name);
    const to = formerMemberFolder(dataDir, name, id);
    if (!existsSync(from)) return;
    await mkdir(dirname(to), { recursive: true });
    await rename(from, to);
    logger.info('the folder of a former member was put aside', { from, to });
  }
}
