/** The door of apiserver/: the Kubernetes API served over a store. */
export { type ApiServer, type ApiServerOptions, startApiServer } from './api-server.js';
export type { ApiServerLimits } from './limits.js';
export { gitVersion } from './version.js';
