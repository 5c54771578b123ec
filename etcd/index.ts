/** The door of etcd/: the etcd v3 API served over a store. */
export { type EtcdServer, type EtcdServerOptions, startEtcdServer } from './etcd-server.js';
export type { Program } from './http/handler.js';
export type { EtcdLimits } from './limits.js';
export type { MemberAddresses } from './member-addresses.js';
export type { MembershipOrder, MembershipOrders, OrderOutcome, OrderRefusal } from './membership-orders.js';
// What a client of the API needs, for those who measure it.
export { type Codec, decode, encodeFrame, type Init } from './proto/codec.js';
export * as etcdMessages from './proto/generated/rpc.js';
