/** A closed loop of calls: each client has one under way, and the next follows its answer. */
import { encodeFrame, etcdMessages } from '../../etcd/index.js';
import type { Clock } from '../../platform/index.js';
import type { GrpcClient } from './grpc-client.js';
import { type Material, VALUE_BYTES } from './keys.js';
import { failed, type Load, type Tally } from './load.js';

const { KVService } = etcdMessages;

export type UnaryOperation = 'put' | 'range-linearizable' | 'range-serializable' | 'txn';

interface Call {
  readonly path: string;
  readonly frame: Uint8Array;
  /** A shorter answer lacks what was asked for. */
  readonly minAnswerBytes: number;
}

export function putFrame(key: Uint8Array, value: Uint8Array): Uint8Array {
  return encodeFrame(etcdMessages.PutRequest, { key, value });
}

function range(material: Material, serializable: boolean): Call {
  return {
    path: KVService.methods.Range.path,
    frame: encodeFrame(etcdMessages.RangeRequest, { key: material.anyKey(), serializable }),
    minAnswerBytes: VALUE_BYTES,
  };
}

/** Half of them put because their compare holds, half of them read because it does not. */
function transaction(material: Material, sequence: number): Call {
  const key = material.anyKey();
  const { CompareTarget, CompareResult } = etcdMessages;
  const holds = sequence % 2 === 0;
  return {
    path: KVService.methods.Txn.path,
    frame: encodeFrame(etcdMessages.TxnRequest, {
      compare: [
        holds
          ? { target: CompareTarget.VERSION, result: CompareResult.GREATER, key, version: 0 }
          : { target: CompareTarget.CREATE, result: CompareResult.EQUAL, key, createRevision: 0 },
      ],
      success: [{ requestPut: { key, value: material.anyValue() } }],
      failure: [{ requestRange: { key } }],
    }),
    minAnswerBytes: holds ? 1 : VALUE_BYTES,
  };
}

export function callOf(operation: UnaryOperation, material: Material, sequence: number): Call {
  switch (operation) {
    case 'put':
      return {
        path: KVService.methods.Put.path,
        frame: putFrame(material.anyKey(), material.anyValue()),
        minAnswerBytes: 1,
      };
    case 'range-linearizable':
      return range(material, false);
    case 'range-serializable':
      return range(material, true);
    case 'txn':
      return transaction(material, sequence);
  }
}

export function unaryLoad(
  operation: UnaryOperation,
  clients: number,
  connections: readonly GrpcClient[],
  material: Material,
  clock: Clock,
): Load {
  let sequence = 0;
  async function client(connection: GrpcClient, endAt: number, tally: Tally): Promise<void> {
    for (let now = clock.monotonicMilliseconds(); now < endAt; ) {
      sequence += 1;
      const { path, frame, minAnswerBytes } = callOf(operation, material, sequence);
      const sentAt = clock.monotonicMilliseconds();
      try {
        const answer = await connection.unary(path, frame);
        if (answer.length < minAnswerBytes) throw new Error('the answer lacks what was asked for');
        now = clock.monotonicMilliseconds();
        tally.latencies.record(now - sentAt);
      } catch (error) {
        await failed(tally, error, clock);
        now = clock.monotonicMilliseconds();
      }
    }
  }
  return {
    async run(seconds, tally) {
      const endAt = clock.monotonicMilliseconds() + seconds * 1000;
      await Promise.all(
        Array.from({ length: clients }, (_, index) =>
          client(connections[index % connections.length]!, endAt, tally),
        ),
      );
    },
    finish: () => Promise.resolve(),
  };
}
