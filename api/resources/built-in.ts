/** The table of all built-in resources: what the API server serves without custom resources. */
import type { ResourceDescriptor } from '../descriptor.js';
import { coreResources } from './core.js';
import { eventResources } from './events.js';
import { groupResources } from './groups.js';
import { workloadResources } from './workloads.js';

/** Made anew at each call: descriptors hold functions only and share nothing mutable. */
export function builtInResources(): readonly ResourceDescriptor[] {
  return [...coreResources(), ...eventResources(), ...workloadResources(), ...groupResources()];
}
