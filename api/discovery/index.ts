/** Discovery documents, all derived from the descriptors. */
export { type AggregatedDiscoveryOptions, aggregatedDiscovery } from './aggregated.js';
export { compareVersions } from './groups.js';
export { apiGroup, apiGroupList, apiResourceList, apiVersions } from './legacy.js';
