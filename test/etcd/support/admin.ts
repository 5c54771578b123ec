/** The administration of a cluster, some of whose methods are the test's own. */
import type { ClusterAdmin } from '../../../storage/index.js';

export function adminWith(admin: ClusterAdmin, own: Partial<ClusterAdmin>): ClusterAdmin {
  return new Proxy(admin, {
    get(target, name) {
      const mine: unknown = Reflect.get(own, name);
      if (mine !== undefined) return mine;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
