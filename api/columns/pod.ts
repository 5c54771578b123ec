/** The columns of pods: one word for all that a pod's conditions and containers tell. */
import type { TableColumn } from '../descriptor.js';
import { booleanAt, numberAt, objectAt, objectsAt, stringAt } from '../read.js';
import { parseTime } from '../time.js';
import type { JsonObject } from '../value.js';
import { ageColumn, nameColumn, orNone, text, wide } from './common.js';
import { humanDuration } from './duration.js';

/** What the containers add up to. */
interface PodSummary {
  readonly reason: string;
  readonly ready: number;
  readonly total: number;
  readonly restarts: number;
  /** Milliseconds since the epoch; undefined: never. */
  readonly lastRestart: number | undefined;
}

export const podColumns: readonly TableColumn[] = [
  nameColumn,
  text('Ready', 'How many of the containers are ready.', (pod) => {
    const { ready, total } = summarize(pod);
    return `${ready}/${total}`;
  }),
  text('Status', 'The phase, or what keeps the containers from it.', (pod) => summarize(pod).reason),
  text('Restarts', 'How often containers were restarted, and when last.', (pod, now) => {
    const { restarts, lastRestart } = summarize(pod);
    const suffix =
      lastRestart === undefined || restarts === 0 ? '' : ` (${humanDuration(now - lastRestart)} ago)`;
    return `${restarts}${suffix}`;
  }),
  ageColumn,
  wide('IP', 'The address of the pod.', (pod) =>
    orNone(stringAt(objectsAt(pod, 'status', 'podIPs')[0], 'ip') || stringAt(pod, 'status', 'podIP')),
  ),
  wide('Node', 'The node that runs the pod.', (pod) => orNone(stringAt(pod, 'spec', 'nodeName'))),
  wide('Nominated Node', 'The node whose pods make room for this one.', (pod) =>
    orNone(stringAt(pod, 'status', 'nominatedNodeName')),
  ),
  wide('Readiness Gates', 'How many of the extra readiness conditions hold.', readinessGates),
];

function readinessGates(pod: JsonObject): string {
  const gates = objectsAt(pod, 'spec', 'readinessGates');
  if (gates.length === 0) return '<none>';
  const conditions = objectsAt(pod, 'status', 'conditions');
  const held = gates.filter((gate) =>
    conditions.some(
      (condition) =>
        stringAt(condition, 'type') === stringAt(gate, 'conditionType') &&
        stringAt(condition, 'status') === 'True',
    ),
  );
  return `${held.length}/${gates.length}`;
}

function isRestartableInit(container: JsonObject | undefined): boolean {
  return stringAt(container, 'restartPolicy') === 'Always';
}

function summarize(pod: JsonObject): PodSummary {
  const phase = stringAt(pod, 'status', 'phase');
  let reason = stringAt(pod, 'status', 'reason') || phase;
  if (hasConditionReason(pod, 'PodScheduled', 'SchedulingGated')) reason = 'SchedulingGated';
  const initContainers = objectsAt(pod, 'spec', 'initContainers');
  const initStatuses = objectsAt(pod, 'status', 'initContainerStatuses');
  const sidecars = initContainers.filter((container) => isRestartableInit(container));
  const init = summarizeInit(initContainers, initStatuses);
  const main = objectsAt(pod, 'status', 'containerStatuses');
  const total = objectsAt(pod, 'spec', 'containers').length + sidecars.length;
  let ready = init.readySidecars;
  let restarts = init.restarts;
  let lastRestart = init.lastRestart;
  const initializing = init.reason !== '' && !hasTrueCondition(pod, 'Initialized');
  if (initializing) reason = init.reason;
  else {
    const sidecarRestarts = init.sidecarRestarts;
    restarts = sidecarRestarts + sum(main.map((status) => numberAt(status, 'restartCount')));
    lastRestart = latest([init.lastSidecarRestart, ...main.map((status) => lastTermination(status))]);
    const summary = summarizeMain(main);
    ready += summary.ready;
    if (summary.reason !== '') reason = summary.reason;
    // A pod whose one container has ended while another runs is not complete.
    if (reason === 'Completed' && summary.hasRunning) {
      reason = hasTrueCondition(pod, 'Ready') ? 'Running' : 'NotReady';
    }
  }
  return { reason: withDeletion(pod, reason, phase), ready, total, restarts, lastRestart };
}

function withDeletion(pod: JsonObject, reason: string, phase: string): string {
  if (stringAt(pod, 'metadata', 'deletionTimestamp') === '') return reason;
  if (stringAt(pod, 'status', 'reason') === 'NodeLost') return 'Unknown';
  return phase === 'Succeeded' || phase === 'Failed' ? reason : 'Terminating';
}

interface InitSummary {
  /** '' when no init container is being waited for. */
  readonly reason: string;
  readonly restarts: number;
  readonly lastRestart: number | undefined;
  readonly sidecarRestarts: number;
  readonly lastSidecarRestart: number | undefined;
  readonly readySidecars: number;
}

function summarizeInit(containers: readonly JsonObject[], statuses: readonly JsonObject[]): InitSummary {
  const byName = new Map(containers.map((container) => [stringAt(container, 'name'), container]));
  const sidecarStatuses = statuses.filter((status) =>
    isRestartableInit(byName.get(stringAt(status, 'name'))),
  );
  let reason = '';
  let readySidecars = 0;
  for (const [index, status] of statuses.entries()) {
    const sidecar = isRestartableInit(byName.get(stringAt(status, 'name')));
    const terminated = objectAt(status, 'state', 'terminated');
    if (terminated !== undefined && numberAt(terminated, 'exitCode') === 0) continue;
    if (sidecar && booleanAt(status, 'started')) {
      if (booleanAt(status, 'ready')) readySidecars += 1;
      continue;
    }
    const waitingReason = stringAt(status, 'state', 'waiting', 'reason');
    if (terminated !== undefined) reason = `Init:${terminationReason(terminated)}`;
    else if (waitingReason !== '' && waitingReason !== 'PodInitializing') reason = `Init:${waitingReason}`;
    else reason = `Init:${index}/${containers.length}`;
    break;
  }
  return {
    reason,
    readySidecars,
    restarts: sum(statuses.map((status) => numberAt(status, 'restartCount'))),
    lastRestart: latest(statuses.map((status) => lastTermination(status))),
    sidecarRestarts: sum(sidecarStatuses.map((status) => numberAt(status, 'restartCount'))),
    lastSidecarRestart: latest(sidecarStatuses.map((status) => lastTermination(status))),
  };
}

function terminationReason(terminated: JsonObject): string {
  const reason = stringAt(terminated, 'reason');
  if (reason !== '') return reason;
  const signal = numberAt(terminated, 'signal');
  return signal === 0 ? `ExitCode:${numberAt(terminated, 'exitCode')}` : `Signal:${signal}`;
}

function summarizeMain(statuses: readonly JsonObject[]): {
  reason: string;
  ready: number;
  hasRunning: boolean;
} {
  let reason = '';
  let ready = 0;
  let hasRunning = false;
  // The first container with something to say has the word: later ones are read first.
  for (const status of statuses.toReversed()) {
    const waiting = stringAt(status, 'state', 'waiting', 'reason');
    const terminated = objectAt(status, 'state', 'terminated');
    if (waiting !== '') reason = waiting;
    else if (terminated !== undefined) reason = terminationReason(terminated);
    else if (booleanAt(status, 'ready') && objectAt(status, 'state', 'running') !== undefined) {
      hasRunning = true;
      ready += 1;
    }
  }
  return { reason, ready, hasRunning };
}

function lastTermination(status: JsonObject): number | undefined {
  const finished = stringAt(status, 'lastState', 'terminated', 'finishedAt');
  return finished === '' ? undefined : parseTime(finished);
}

function latest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function hasTrueCondition(pod: JsonObject, type: string): boolean {
  return objectsAt(pod, 'status', 'conditions').some(
    (condition) => stringAt(condition, 'type') === type && stringAt(condition, 'status') === 'True',
  );
}

function hasConditionReason(pod: JsonObject, type: string, reason: string): boolean {
  return objectsAt(pod, 'status', 'conditions').some(
    (condition) => stringAt(condition, 'type') === type && stringAt(condition, 'reason') === reason,
  );
}
