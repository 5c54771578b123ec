/** Defaults of rbac.authorization.k8s.io/v1: which group a name in a binding belongs to. */
import type { JsonObject } from '../value.js';
import { children, type Defaulter, ensureChild, setEmpty } from './helpers.js';

const group = 'rbac.authorization.k8s.io';

export const rbacDefaults: Readonly<Record<string, Defaulter>> = {
  'rbac.authorization.k8s.io/v1.RoleBinding': defaultBinding,
  'rbac.authorization.k8s.io/v1.ClusterRoleBinding': defaultBinding,
};

function defaultBinding(binding: JsonObject): void {
  setEmpty(ensureChild(binding, 'roleRef'), 'apiGroup', group);
  for (const subject of children(binding, 'subjects')) {
    if (subject.kind === 'User' || subject.kind === 'Group') setEmpty(subject, 'apiGroup', group);
  }
}
