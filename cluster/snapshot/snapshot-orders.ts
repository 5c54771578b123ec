/**
 * Which member saves a snapshot, and the order to it. A follower does rather than the leader, which has more to do;
 * when one cannot, the next is asked.
 */
import type { MemberReport } from '../member/protocol.js';
import { reportTimeoutMilliseconds } from '../supervisor/status.js';
import { UserError } from '../user-error.js';
import type { SnapshotAnswer, SnapshotOrder } from './write-snapshot.js';

export interface SnapshotRequest extends SnapshotOrder {
  /** This one and no other. */
  readonly member: string | undefined;
}

export interface SnapshotOrdersOptions {
  /** Members whose process may answer. */
  readonly running: () => readonly string[];
  readonly report: (name: string, timeoutMilliseconds: number) => Promise<MemberReport | undefined>;
  writeSnapshot(
    name: string,
    order: SnapshotOrder,
    timeoutMilliseconds: number,
  ): Promise<SnapshotAnswer | undefined>;
}

export interface AskedMember {
  readonly name: string;
  readonly report: MemberReport | undefined;
}

/** Longer than a member holds a view for anybody (storage/snapshot/held-snapshots.ts), and than it waits to catch up. */
const writeTimeoutMilliseconds = 61 * 60_000;

/** In the order in which they are asked. `local`: the one that has most first. Pure. */
export function chooseSavers(members: readonly AskedMember[], local: boolean): readonly string[] {
  const usable = members.flatMap(({ name, report }) =>
    report === undefined || report.failure !== undefined || (!local && !report.hasQuorum)
      ? []
      : [{ name, report }],
  );
  const rank = ({ report }: { readonly report: MemberReport }): number => (report.role === 'leader' ? 1 : 0);
  return usable
    .toSorted(
      (left, right) =>
        (local ? right.report.appliedIndex - left.report.appliedIndex : 0) || rank(left) - rank(right),
    )
    .map(({ name }) => name);
}

export class SnapshotOrders {
  readonly #options: SnapshotOrdersOptions;

  constructor(options: SnapshotOrdersOptions) {
    this.#options = options;
  }

  /** Resolves with the member that has written the file. @throws UserError with what the last one said */
  async write(request: SnapshotRequest, onProgress: (line: string) => void): Promise<string> {
    const { path, local } = request;
    let reason = 'no member answers';
    for (const name of await this.#savers(request)) {
      onProgress(`${name} writes its state`);
      const answer = await this.#options.writeSnapshot(name, { path, local }, writeTimeoutMilliseconds);
      if (answer?.kind === 'written') return name;
      reason = `${name}: ${answer?.message ?? 'it ended, or did not answer in time'}`;
      // One that may still be at it has the file: nobody else may write there.
      if (answer?.elsewhere !== true) break;
    }
    throw new UserError(reason);
  }

  async #savers({ member, local }: SnapshotRequest): Promise<readonly string[]> {
    const { running, report } = this.#options;
    if (member !== undefined) {
      if (running().includes(member)) return [member];
      throw new UserError(`there is no running member ${member}`);
    }
    const asked = await Promise.all(
      running().map(async (name) => ({ name, report: await report(name, reportTimeoutMilliseconds) })),
    );
    const savers = chooseSavers(asked, local);
    if (savers.length > 0) return savers;
    throw new UserError(
      asked.some(({ report: answer }) => answer !== undefined)
        ? 'no member is in touch with a majority: --local saves what one of them has'
        : 'no member answers',
    );
  }
}
