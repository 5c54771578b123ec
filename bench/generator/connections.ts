/** The connections to one cluster: a few to each member, the calls of all clients spread over them. */

import { GrpcClient } from './grpc-client.js';
import { type Access } from './protocol.js';

export const CONNECTIONS_PER_MEMBER = 4;

export class Connections {
  /** By member. */
  readonly #clients: readonly (readonly GrpcClient[])[];

  private constructor(clients: readonly (readonly GrpcClient[])[]) {
    this.#clients = clients;
  }

  static async open({ endpoints, tls }: Access): Promise<Connections> {
    return new Connections(
      await Promise.all(
        endpoints.map((endpoint) =>
          Promise.all(
            Array.from({ length: CONNECTIONS_PER_MEMBER }, () => GrpcClient.connect(endpoint, tls)),
          ),
        ),
      ),
    );
  }

  /** As many as so many clients use: one each until all are in use; members take turns, the given one first. */
  spread(clients: number, firstMember: number): readonly GrpcClient[] {
    const members = this.#clients.length;
    const all: GrpcClient[] = [];
    for (let round = 0; round < CONNECTIONS_PER_MEMBER; round += 1) {
      for (let turn = 0; turn < members; turn += 1)
        all.push(this.#clients[(firstMember + turn) % members]![round]!);
    }
    return all.slice(0, clients);
  }

  close(): void {
    for (const client of this.#clients.flat()) client.close();
  }
}
