import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Command, decodeEnvelope, encodeEnvelope } from '../../../storage/commands/command.js';
import {
  type ApplyResult,
  decodeResult,
  encodeResult,
  encodeShortResult,
} from '../../../storage/commands/result.js';
import type { TxnOperationResult } from '../../../storage/index.js';
import { DamagedRecordError, packTuple } from '../../../storage/tuple.js';
import { transaction } from '../support/arbitrary-requests.js';
import { bytes } from '../support/single-member-store.js';

const seed = Number(process.env['KUORUM_SEED'] ?? 20_261_126);
const proposer = { incarnation: 5, baseIndex: 3, sequence: 8 };

const isOrderOfKeys = (sort: unknown): boolean =>
  JSON.stringify(sort) === JSON.stringify({ by: 'key', order: 'ascending' });

/** What is absent and what is present but asks for nothing are the same request. */
function withoutDefaults(value: unknown): unknown {
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('latin1')}`;
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (typeof value !== 'object' || value === null) return value;
  const asked = Object.entries(value).filter(
    ([name, inner]) =>
      inner !== undefined &&
      inner !== false &&
      (inner !== 0 || name === 'operand') &&
      !(name === 'sort' && isOrderOfKeys(inner)),
  );
  return Object.fromEntries(asked.map(([name, inner]) => [name, withoutDefaults(inner)]));
}

describe('a command in the log', () => {
  it(`says all that was asked for, and again in the same bytes (KUORUM_SEED=${seed})`, () => {
    fc.assert(
      fc.property(transaction, fc.option(fc.nat(), { nil: undefined }), (request, authRevision) => {
        const command: Command = { kind: 'txn', request };
        const encoded = encodeEnvelope({
          ...proposer,
          command,
          ...(authRevision === undefined ? {} : { authRevision }),
        });
        const decoded = decodeEnvelope(encoded);
        expect(decoded.authRevision).toBe(authRevision);
        expect(withoutDefaults(decoded.command)).toEqual(withoutDefaults(command));
        expect(encodeEnvelope(decoded)).toEqual(encoded);
      }),
      { seed, numRuns: 300 },
    );
  });

  it('is read as it was meant when an older version wrote it', () => {
    const compare = [0, 0, bytes('a'), 7];
    const then = [
      [0, bytes('a'), bytes('1'), 9],
      [1, bytes('b'), bytes('c'), true],
    ];
    const otherwise = [[2, bytes('a'), null, 3, true]];
    const old = packTuple([1, 5, 3, 8, 0, [[compare], then, otherwise]]);
    expect(withoutDefaults(decodeEnvelope(old))).toEqual(
      withoutDefaults({
        ...proposer,
        command: {
          kind: 'txn',
          request: {
            compare: [{ target: 'mod', result: 'equal', key: bytes('a'), operand: 7 }],
            then: [
              { type: 'put', key: bytes('a'), value: bytes('1'), lease: 9 },
              { type: 'delete', key: bytes('b'), end: bytes('c'), previous: true },
            ],
            else: [{ type: 'range', key: bytes('a'), limitItems: 3, keysOnly: true }],
          },
        },
      }),
    );
  });

  it('is damaged when a newer version wrote it', () => {
    const newer = packTuple([3, 5, 3, 8, 4, [7], null]);
    expect(() => decodeEnvelope(newer)).toThrow(DamagedRecordError);
  });
});

describe('a result that is remembered', () => {
  const item = { key: bytes('a'), createRevision: 2, modRevision: 3, version: 2, lease: 0 };
  const results: readonly TxnOperationResult[] = [
    { type: 'put' },
    { type: 'put', previous: { ...item, value: bytes('1') } },
    { type: 'delete', deleted: 1, previous: [{ ...item, value: bytes('1') }] },
    { type: 'range', items: [], more: false },
    { type: 'range', items: [{ ...item, value: bytes('1') }], more: true, count: 4 },
    { type: 'txn', succeeded: false, results: [{ type: 'put' }] },
  ];
  const result: ApplyResult = { kind: 'txn', value: { succeeded: true, revision: 3, results } };

  it('comes back as it was', () => {
    expect(decodeResult(encodeResult(result))).toEqual(result);
  });

  it('comes back as it was meant when an older version kept it', () => {
    const old = packTuple([0, true, 3, [[0], [2, [], true]]]);
    expect(decodeResult(old)).toEqual({
      kind: 'txn',
      value: {
        succeeded: true,
        revision: 3,
        results: [{ type: 'put' }, { type: 'range', items: [], more: true }],
      },
    });
  });

  it.each(['key-not-found', 'permissions-changed', 'lease-exists', 'lease-not-found', 'too-large'] as const)(
    'comes back as the refusal %s',
    (reason) => {
      const refused: ApplyResult = { kind: 'refused', refusal: { reason, message: 'why' } };
      expect(decodeResult(encodeResult(refused))).toEqual(refused);
    },
  );

  it('is kept up to a length and not a byte past it', () => {
    const { length } = encodeResult(result);
    expect(encodeShortResult(result, length)).toEqual(encodeResult(result));
    expect(encodeShortResult(result, length - 1)).toBeUndefined();
    const large: ApplyResult = {
      kind: 'txn',
      value: {
        succeeded: true,
        revision: 3,
        results: [
          {
            type: 'txn',
            succeeded: true,
            results: [{ type: 'range', items: [{ ...item, value: new Uint8Array(2000) }], more: false }],
          },
        ],
      },
    };
    expect(encodeShortResult(large, 1024)).toBeUndefined();
  });
});
