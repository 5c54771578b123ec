/** A watcher's log as the checker of watches takes it. */
import type { WatcherHistory, WatcherStep, WatchFinding } from '../checker/index.js';
import type { WatchLog } from '../workload/index.js';

export interface LoggedWatcher extends WatcherHistory {
  /** From whom the watcher was told what is wrong; undefined: from nobody, or it is not known. */
  readonly targetOf: (finding: WatchFinding) => string | undefined;
}

/** A list is followed by a watch from there; a break by one from where the watcher stood. */
export function watcherHistoryOf({ name, records }: WatchLog): LoggedWatcher {
  const steps: WatcherStep[] = [];
  const targets: string[] = [];
  let seen: number | undefined;
  let watching = false;
  for (const record of records) {
    const push = (step: WatcherStep): void => {
      steps.push(step);
      targets.push(record.target);
    };
    const isWatch = record.kind === 'event' || record.kind === 'bookmark';
    if (isWatch && !watching && seen !== undefined) push({ kind: 'start', startRevision: seen + 1 });
    watching = isWatch;
    switch (record.kind) {
      case 'broken':
        push({ kind: 'end' });
        continue;
      case 'list':
        push({ kind: 'list', revision: record.revision, objects: record.objects });
        break;
      case 'event':
        push({ kind: 'batch', events: [record] });
        break;
      case 'bookmark':
        push({ kind: 'batch', events: [], completeRevision: record.revision });
        break;
    }
    seen = record.revision;
  }
  return {
    name,
    steps,
    targetOf: ({ step, revision }) => {
      if (step !== undefined) return targets[step];
      // What was never seen was passed over by whoever told the next.
      return records.find((record) => record.kind !== 'broken' && record.revision > (revision ?? 0))?.target;
    },
  };
}
