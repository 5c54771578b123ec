/** On what, with what and when it was measured: what every reader of a figure asks first. */
import type { BenchDocument } from '../lab/document.js';
import { quantity } from './numbers.js';

/** `2026-11-26 18:02:33 UTC`; what is no time stays as it is. */
export function timeText(iso: string): string {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? iso : `${new Date(time).toISOString().replace('T', ' ').slice(0, 19)} UTC`;
}

function lengthText(from: string, to: string): string | undefined {
  const seconds = Math.round((Date.parse(to) - Date.parse(from)) / 1000);
  if (Number.isNaN(seconds) || seconds < 0) return undefined;
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`;
}

export function facts(document: BenchDocument): readonly (readonly [name: string, value: string])[] {
  const { machine, versions, startedAt, finishedAt } = document;
  const length = lengthText(startedAt, finishedAt);
  return [
    ['Processor', `${machine.processor}, ${machine.cores} ${machine.cores === 1 ? 'core' : 'cores'}`],
    ['Memory', `${machine.memoryGibibytes} GiB`],
    ...(machine.syncMilliseconds === undefined
      ? []
      : [['One synced write of 4 KiB, median', quantity(machine.syncMilliseconds, 'ms')] as const]),
    ...(machine.roundTripMilliseconds === undefined
      ? []
      : [
          [
            '256 bytes to another process and back, median',
            quantity(machine.roundTripMilliseconds, 'ms'),
          ] as const,
        ]),
    ['System', `${machine.platform}, Node ${machine.node}`],
    ['Versions', `Kuorum ${versions.kuorum}${versions.etcd === undefined ? '' : `, etcd ${versions.etcd}`}`],
    ['Measured', `${timeText(startedAt)}${length === undefined ? '' : `, for ${length}`}`],
  ];
}
