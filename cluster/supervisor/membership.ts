/**
 * The membership of a running cluster: what `kuorum member` orders, in terms of processes, keys and folders
 * (the host's) and of changes that the leader makes.
 *
 * What is committed is the truth, and the follower goes after it; after a crash additions that never came to be
 * are undone.
 */
import type { Clock, Logger, Timer } from '../../platform/index.js';
import type { MemberDescription, Membership, MembershipStep } from '../../storage/index.js';
import type { ClusterMembership, ClusterMembershipEntry } from '../cluster.js';
import { maxMemberCount } from '../member-count.js';
import { checkMemberName, nextMemberName } from '../member-name.js';
import { UserError } from '../user-error.js';
import { fractionCaughtUp, tellCatchUp } from './catch-up-progress.js';
import { type LeaderOrders, UnknownOutcomeError } from './leader-orders.js';
import { MembershipFollower, type MembershipHost } from './membership-follower.js';
import type { Watching } from './waiting.js';

export interface MembershipControlOptions {
  readonly host: MembershipHost;
  readonly orders: Pick<LeaderOrders, 'leader' | 'membership' | 'change' | 'moveLeader'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface AddRequest {
  readonly name?: string | undefined;
  readonly learner?: boolean | undefined;
  readonly priority?: number | undefined;
  readonly count?: number | undefined;
}

/** What a change would leave could not make a majority. */
export class TooFewRunningError extends UserError {}

/** After an order of unknown outcome, until the members can be asked what became of it. */
const settleMilliseconds = 1_000;

export class MembershipControl implements ClusterMembership {
  readonly #options: MembershipControlOptions;
  /** What is going on, for the refusal of anything else. */
  #busy: string | undefined;
  #stopped = false;
  readonly #follower: MembershipFollower;
  #settling: Timer | undefined;

  constructor(options: MembershipControlOptions) {
    this.#options = options;
    this.#follower = new MembershipFollower(options);
  }

  /** A member says what it has applied. */
  heard(membership: Membership): void {
    this.#follower.heard(membership);
  }

  /** Something about a member's process has changed. */
  changed(): void {
    this.#follower.changed();
  }

  /** Undoes additions that an earlier supervisor began and that never came to be; until a leader says which. */
  settle(): void {
    if (this.#stopped || this.#busy !== undefined) {
      this.#settleLater();
      return;
    }
    const joining = this.#options.host.members().filter((member) => member.joining);
    if (joining.length === 0) return;
    void this.#exclusive('an interrupted addition is being looked into', async () => {
      const { members, settled } = await this.#options.orders.membership();
      for (const { id, name } of joining) {
        if (members.some((member) => member.id === id)) continue;
        if (!settled) throw new Error('a change is under way');
        this.#options.logger.warn('an interrupted addition is undone', { member: name });
        await this.#follower.dismiss(id);
      }
    }).catch((error: unknown) => {
      this.#options.logger.info('additions are not settled yet', { reason: String(error) });
      this.#settleLater();
    });
  }

  #settleLater(): void {
    if (this.#stopped) return;
    this.#settling?.cancel();
    this.#settling = this.#options.clock.setTimer(settleMilliseconds, () => this.settle());
  }

  stop(): void {
    this.#stopped = true;
    this.#settling?.cancel();
    this.#follower.stop();
  }

  async list(): Promise<readonly ClusterMembershipEntry[]> {
    const { host, orders } = this.#options;
    const leader = await orders.leader();
    const proven = leader === undefined ? undefined : await orders.membership().catch(() => undefined);
    const membership = proven ?? this.#follower.latest;
    const hosted = host.members();
    const described = membership?.members ?? [];
    const nameOf = (id: number): string => described.find((member) => member.id === id)?.name ?? String(id);
    return described.toSorted(byName).map((member) => ({
      name: member.name,
      id: member.id,
      role: member.role,
      priority: member.priority,
      promoting: member.promotion !== undefined,
      replaces: member.promotion?.replaces === undefined ? undefined : nameOf(member.promotion.replaces),
      caughtUp: membership === undefined ? undefined : fractionCaughtUp(member, membership),
      leader: member.name === leader,
      process: hosted.find(({ id }) => id === member.id)?.process,
    }));
  }

  async add(request: AddRequest = {}, watching: Watching = {}): Promise<string> {
    const [name = ''] = await this.addAll(request, watching);
    return name;
  }

  /** Several at once come in with one change; each votes when it has caught up. */
  async addAll(request: AddRequest, watching: Watching): Promise<readonly string[]> {
    const { host, orders } = this.#options;
    const { learner = false, priority = 0, count = 1 } = request;
    const added = await this.#exclusive('members are being added', async () => {
      const names = this.#newNames(request.name, count);
      const { members } = await orders.membership();
      const voting = members.filter((member) => member.role === 'voter' || member.promotion !== undefined);
      if (!learner && voting.length + count > maxMemberCount) {
        throw new UserError(
          `a cluster has at most ${maxMemberCount} voting members, and this one has ${voting.length}`,
        );
      }
      const newcomers = names.map((name) => ({ name, id: host.newId() }));
      await this.#admit(newcomers, watching, (addresses) =>
        newcomers.map(({ name, id }) => ({
          kind: 'add-learner',
          member: { id, name, peerAddress: addresses(id), priority },
          promote: !learner,
        })),
      );
      return newcomers;
    });
    if (!learner) {
      await Promise.all(added.map((member) => this.#untilVoting(member, watching)));
    }
    return added.map(({ name }) => name);
  }

  async remove(name: string, options: { readonly force?: boolean } = {}): Promise<string> {
    const member = await this.takeOut(name, options);
    await this.#follower.untilGone(member.id);
    return member.name;
  }

  /** Resolves when the cluster goes on without it; its process ends soon after. */
  async takeOut(
    name: string,
    { force = false }: { readonly force?: boolean } = {},
  ): Promise<MemberDescription> {
    return this.#exclusive(`${name} is being removed`, async () => {
      const found = await this.#find(name);
      if (!force) await this.#checkRunning(found, 'removing');
      await this.#change([{ kind: 'remove', id: found.id }], { force }, found);
      return found;
    });
  }

  async promote(name: string, watching: Watching = {}): Promise<string> {
    const member = await this.#exclusive(`${name} is being promoted`, async () => {
      const found = await this.#find(name);
      await this.#change([{ kind: 'promote', id: found.id }], { force: false }, found);
      return found;
    });
    await this.#untilVoting(member, watching);
    return member.name;
  }

  async demote(name: string, options: { readonly force?: boolean } = {}): Promise<string> {
    const { force = false } = options;
    return this.#exclusive(`${name} is being demoted`, async () => {
      const member = await this.#find(name);
      if (!force) await this.#checkRunning(member, 'demoting');
      await this.#change([{ kind: 'demote', id: member.id }], { force }, member);
      return member.name;
    });
  }

  async replace(
    name: string,
    options: { readonly force?: boolean } = {},
    watching: Watching = {},
  ): Promise<string> {
    const { force = false } = options;
    const { old, newcomer } = await this.#exclusive(`${name} is being replaced`, async () => {
      const found = await this.#find(name);
      if (found.role === 'learner') {
        throw new UserError(`${found.name} is a learner: remove it and add another`);
      }
      if (force) this.#follower.keepFolder(found.id);
      const [newName = ''] = this.#newNames(undefined, 1);
      const member = { name: newName, id: this.#options.host.newId() };
      await this.#admit(
        [member],
        watching,
        (addresses) => [
          {
            kind: 'add-learner',
            member: { ...member, peerAddress: addresses(member.id), priority: found.priority },
            promote: true,
            replaces: found.id,
          },
        ],
        { force },
      );
      return { old: found, newcomer: member };
    });
    await this.#untilVoting(newcomer, watching);
    await this.#follower.untilGone(old.id);
    return newcomer.name;
  }

  async setPriority(name: string, priority: number): Promise<string> {
    return this.#exclusive(`the priority of ${name} is being set`, async () => {
      const member = await this.#find(name);
      await this.#change([{ kind: 'set-priority', id: member.id, priority }], { force: false }, member);
      return member.name;
    });
  }

  async moveLeader(name: string): Promise<string> {
    const member = await this.#find(name);
    if (member.role === 'learner') {
      throw new UserError(`${member.name} is a learner: only voting members can lead`);
    }
    await this.#options.orders.moveLeader(member.name, member.id);
    return member.name;
  }

  async #exclusive<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    if (this.#stopped) throw new UserError('the cluster is stopping');
    if (this.#busy !== undefined) {
      throw new UserError(
        `a change of the membership is in progress (${this.#busy}): try again when it is done`,
      );
    }
    this.#busy = what;
    try {
      return await work();
    } finally {
      this.#busy = undefined;
    }
  }

  #newNames(asked: string | undefined, count: number): readonly string[] {
    const { host } = this.#options;
    const taken = host.members().map((member) => member.name);
    if (asked !== undefined) {
      checkMemberName(asked, taken);
      return [asked];
    }
    const names: string[] = [];
    for (let index = 0; index < count; index += 1) {
      names.push(nextMemberName([...taken, ...host.formerNames(), ...names]));
    }
    return names;
  }

  async #find(name: string): Promise<MemberDescription> {
    const { orders } = this.#options;
    const { members } = await orders.membership();
    const asked = name === 'leader' ? await orders.leader() : name;
    const member = members.find((candidate) => candidate.name === asked);
    if (member !== undefined) return member;
    throw new UserError(
      `there is no member ${name}; the members are ${members
        .map((candidate) => candidate.name)
        .toSorted(compareNames)
        .join(', ')}`,
    );
  }

  /**
   * The leader judges by who answered it lately and so misses what has just died. What is known here to be down
   * would leave the change, and everything after it, without a majority.
   */
  async #checkRunning(leaving: MemberDescription, what: string): Promise<void> {
    if (leaving.role !== 'voter') return;
    const { host, orders } = this.#options;
    const { members } = await orders.membership();
    const rest = members.filter(({ id, role }) => role === 'voter' && id !== leaving.id);
    const hosted = host.members();
    const running = rest.filter(
      ({ id }) => hosted.find((member) => member.id === id)?.process === 'running',
    ).length;
    const needed = Math.floor(rest.length / 2) + 1;
    if (rest.length === 0 || running >= needed) return;
    throw new TooFewRunningError(
      `${what} ${leaving.name} would leave ${running} running of ${rest.length} voting members, where ${needed} are ` +
        'needed: insist with --force',
    );
  }

  /** Starts them and has the leader take them in; nothing is left of them when it certainly does not. */
  async #admit(
    newcomers: readonly { readonly name: string; readonly id: number }[],
    watching: Watching,
    steps: (peerAddress: (id: number) => string) => readonly MembershipStep[],
    options: { readonly force: boolean } = { force: false },
  ): Promise<void> {
    const { host, orders } = this.#options;
    try {
      for (const member of newcomers) {
        watching.onProgress?.(`${member.name}: starting`);
        await host.admit(member);
      }
      const addressOf = (id: number): string => {
        const port = host.members().find((member) => member.id === id)?.peerPort ?? 0;
        return `127.0.0.1:${port}`;
      };
      this.heard(await orders.change(steps(addressOf), options));
      for (const { name } of newcomers) watching.onProgress?.(`${name}: learner`);
    } catch (error) {
      if (error instanceof UnknownOutcomeError) this.#settleLater();
      else for (const { id } of newcomers) await this.#follower.dismiss(id);
      throw error;
    }
  }

  async #change(
    steps: readonly MembershipStep[],
    options: { readonly force: boolean },
    member: MemberDescription,
  ): Promise<void> {
    // What is taken out against the odds may be the last copy of something.
    if (options.force) this.#follower.keepFolder(member.id);
    try {
      this.heard(await this.#options.orders.change(steps, options));
    } catch (error) {
      throw error instanceof UserError && !options.force && /reachable/.test(error.message)
        ? new TooFewRunningError(`${error.message}: insist with --force`, { cause: error })
        : error;
    }
  }

  async #untilVoting(
    member: { readonly name: string; readonly id: number },
    { onProgress, signal }: Watching,
  ): Promise<void> {
    const { orders, clock } = this.#options;
    const stopTelling =
      onProgress === undefined
        ? undefined
        : tellCatchUp({ id: member.id, clock, membership: () => orders.membership(), onProgress });
    try {
      await this.#follower.untilVoting(member, signal);
      onProgress?.(`${member.name}: voting`);
    } finally {
      stopTelling?.();
    }
  }
}

/** m2 before m10. */
function compareNames(left: string, right: string): number {
  return left.localeCompare(right, 'en', { numeric: true });
}

function byName(left: { readonly name: string }, right: { readonly name: string }): number {
  return compareNames(left.name, right.name);
}
