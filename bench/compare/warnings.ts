/** In what two reports differ besides their figures: then a change may come from there. */
import type { BenchDocument } from '../lab/document.js';
import { quantity } from '../report/numbers.js';

/** A disk that became so much slower or faster is another disk, or a busy one. */
const sameDiskFactor = 1.5;

function differing(
  name: string,
  before: string | number | undefined,
  after: string | number | undefined,
): readonly string[] {
  if (before === after) return [];
  return [`${name}: ${before ?? 'none'} before, ${after ?? 'none'} after`];
}

function membersText({ measurements }: BenchDocument): string {
  const counts = new Set(measurements.flatMap(({ labels }) => labels['members'] ?? []));
  return [...counts].toSorted((a, b) => Number(a) - Number(b)).join(', ') || 'not told';
}

function syncs(before: BenchDocument, after: BenchDocument): readonly string[] {
  const [from, to] = [before.machine.syncMilliseconds, after.machine.syncMilliseconds];
  if (from === undefined || to === undefined) return [];
  if (Math.max(from, to) <= sameDiskFactor * Math.min(from, to)) return [];
  return [`one synced write took ${quantity(from, 'ms')} before, ${quantity(to, 'ms')} after`];
}

const partial = (name: string, { partial: why }: BenchDocument): readonly string[] =>
  why === undefined ? [] : [`the report ${name} is partial: ${why}`];

export function warnings(before: BenchDocument, after: BenchDocument): readonly string[] {
  const [from, to] = [before.machine, after.machine];
  return [
    ...differing('the benchmarks differ', before.benchmark, after.benchmark),
    ...differing('the processors differ', from.processor, to.processor),
    ...differing('the numbers of cores differ', from.cores, to.cores),
    ...differing('the memories differ, in GiB', from.memoryGibibytes, to.memoryGibibytes),
    ...differing('the platforms differ', from.platform, to.platform),
    ...differing('the versions of Node differ', from.node, to.node),
    ...differing('the versions of Kuorum differ', before.versions.kuorum, after.versions.kuorum),
    ...differing('the versions of etcd differ', before.versions.etcd, after.versions.etcd),
    ...differing('the member counts differ', membersText(before), membersText(after)),
    ...syncs(before, after),
    ...partial('before', before),
    ...partial('after', after),
  ];
}
