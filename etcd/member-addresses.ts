/**
 * Where the members listen now. Ports are the operating system's to give and change when a member starts again, so
 * the replicated membership does not have them: whoever holds the members' processes tells each of them.
 */
export interface MemberAddresses {
  /** host:port of the peer port and of the etcd API's; undefined while it is not known. */
  of(memberId: number): { readonly peer: string | undefined; readonly client: string | undefined };
}
