/** Where the members listen, as the supervisor told this one last. */
import type { MemberAddresses } from '../../etcd/index.js';
import type { PeerAddress } from './protocol.js';

export class PeerAddresses implements MemberAddresses {
  #peers: ReadonlyMap<number, PeerAddress> = new Map();

  set(peers: readonly PeerAddress[]): void {
    this.#peers = new Map(peers.map((peer) => [peer.id, peer]));
  }

  of(memberId: number): { readonly peer: string | undefined; readonly client: string | undefined } {
    const peer = this.#peers.get(memberId);
    return { peer: peer?.address, client: peer?.clientAddress };
  }
}
