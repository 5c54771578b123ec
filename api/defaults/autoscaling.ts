/** Defaults of autoscaling v1 and v2. */
import type { JsonObject } from '../value.js';
import { child, type Defaulter, ensureChild, make, setAbsent } from './helpers.js';

export const autoscalingDefaults: Readonly<Record<string, Defaulter>> = {
  'autoscaling/v1.HorizontalPodAutoscaler': (scaler) =>
    setAbsent(ensureChild(scaler, 'spec'), 'minReplicas', 1),
  'autoscaling/v2.HorizontalPodAutoscaler': defaultHorizontalPodAutoscaler,
};

const targetUtilizationPercent = 80;

function defaultHorizontalPodAutoscaler(scaler: JsonObject): void {
  const spec = ensureChild(scaler, 'spec');
  setAbsent(spec, 'minReplicas', 1);
  if (!Array.isArray(spec.metrics) || spec.metrics.length === 0) {
    const target = make({ type: 'Utilization', averageUtilization: targetUtilizationPercent });
    spec.metrics = [make({ type: 'Resource', resource: make({ name: 'cpu', target }) })];
  }
  const behavior = child(spec, 'behavior');
  if (behavior === undefined) return;
  // Rules in one direction bring the usual rules in the other.
  const up = ensureChild(behavior, 'scaleUp');
  setAbsent(up, 'stabilizationWindowSeconds', 0);
  setAbsent(up, 'selectPolicy', 'Max');
  setAbsent(up, 'policies', [policy('Pods', 4), policy('Percent', 100)]);
  const down = ensureChild(behavior, 'scaleDown');
  setAbsent(down, 'selectPolicy', 'Max');
  setAbsent(down, 'policies', [policy('Percent', 100)]);
}

function policy(type: string, value: number): JsonObject {
  return make({ type, value, periodSeconds: 15 });
}
