/** What the original fills in, by type. Mutates objects in normal form and is idempotent. */
import { admissionregistrationDefaults } from './admissionregistration.js';
import { appsDefaults } from './apps.js';
import { autoscalingDefaults } from './autoscaling.js';
import { batchDefaults } from './batch.js';
import { coreDefaults } from './core.js';
import { extensionDefaults } from './extension.js';
import type { Defaulter } from './helpers.js';
import { networkingDefaults } from './networking.js';
import { rbacDefaults } from './rbac.js';
import { storageDefaults } from './storage.js';

const defaulters: ReadonlyMap<string, Defaulter> = new Map(
  [
    coreDefaults,
    appsDefaults,
    batchDefaults,
    autoscalingDefaults,
    networkingDefaults,
    rbacDefaults,
    storageDefaults,
    admissionregistrationDefaults,
    extensionDefaults,
  ].flatMap((group) => Object.entries(group)),
);

const nothing: Defaulter = () => undefined;

/** The defaulting of `GROUP/VERSION.Type`; of a type without defaults, one that does nothing. */
export function defaultsFor(type: string): Defaulter {
  return defaulters.get(type) ?? nothing;
}

/** The types that have defaults. */
export function typesWithDefaults(): readonly string[] {
  return [...defaulters.keys()];
}
