/** A closed loop of calls: each client has one under way, and the next follows its answer. */
import { encodeFrame, etcdMessages } from '../../etcd/index.js';
import type { Clock } from '../../platform/index.js';
import type { UnaryCall } from './grpc-client.js';
import type { Material } from './keys.js';
import type { LastingConnection } from './lasting-connection.js';
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
    minAnswerBytes: material.valueBytes,
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
    minAnswerBytes: holds ? 1 : material.valueBytes,
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

/** The call on its way; its answer rejects also when it is shorter than it may be. */
export function unaryCall(
  connection: LastingConnection,
  { path, frame, minAnswerBytes }: Call,
): Pick<UnaryCall, 'cancel'> & { readonly answer: Promise<void> } {
  const call = connection.call(path, frame);
  return {
    cancel: () => call.cancel(),
    answer: call.answer.then((bytes) => {
      if (bytes.length < minAnswerBytes) throw new Error('the answer lacks what was asked for');
    }),
  };
}

export function unaryLoad(
  operation: UnaryOperation,
  clients: number,
  connections: readonly LastingConnection[],
  material: Material,
  clock: Clock,
): Load {
  let sequence = 0;
  async function client(connection: LastingConnection, endAt: number, tally: Tally): Promise<void> {
    for (let now = clock.monotonicMilliseconds(); now < endAt; ) {
      sequence += 1;
      const call = callOf(operation, material, sequence);
      const sentAt = clock.monotonicMilliseconds();
      try {
        await unaryCall(connection, call).answer;
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
