/** The door of etcd/: the etcd v3 API served over a store. */
export { type EtcdServer, type EtcdServerOptions, startEtcdServer } from './etcd-server.js';
export type { Program } from './http/handler.js';
export type { EtcdLimits } from './limits.js';
export type { MemberAddresses } from './member-addresses.js';
export type { MembershipOrder, MembershipOrders, OrderOutcome, OrderRefusal } from './membership-orders.js';
