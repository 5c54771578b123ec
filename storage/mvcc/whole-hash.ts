/**
 * The hash of a whole state: of its records, summed up as they change, and of what its meta record says besides.
 * 32 hex digits, equal on all members at equal applied index.
 */
import { digest } from '../checksum.js';
import { encodeLedger, type Ledger } from '../integrity/ledger.js';
import { packTuple } from '../tuple.js';
import type { MetaRecord, RecordSalt } from './records.js';
import type { StateHash } from './state-hash.js';

/** The sum over the records. */
interface RecordHash {
  copy(): StateHash;
}

export function configurationDigest(salt: RecordSalt, configuration: Uint8Array): Uint8Array {
  return digest(salt, packTuple(['configuration', configuration]));
}

type HashedMeta = Pick<
  MetaRecord,
  'revision' | 'compactRevision' | 'clusterFormatVersion' | 'configuration' | 'ledger'
>;

/** Of keys, leases, users, membership and revisions, without the ledger. */
export function contentHashOf(
  salt: RecordSalt,
  records: RecordHash,
  meta: HashedMeta,
  ofConfiguration = configurationDigest(salt, meta.configuration),
): StateHash {
  const { revision, compactRevision, clusterFormatVersion } = meta;
  const total = records.copy();
  total.add(digest(salt, packTuple(['meta', revision, compactRevision, clusterFormatVersion])));
  total.add(ofConfiguration);
  return total;
}

export function ledgerDigest(salt: RecordSalt, ledger: Ledger): Uint8Array {
  return digest(salt, packTuple(['ledger', encodeLedger(ledger)]));
}

/** With the ledger: all that members must agree on. */
export function stateHashOf(
  salt: RecordSalt,
  records: RecordHash,
  meta: HashedMeta,
  ofConfiguration?: Uint8Array,
  ofLedger = ledgerDigest(salt, meta.ledger),
): string {
  const total = contentHashOf(salt, records, meta, ofConfiguration);
  total.add(ofLedger);
  return hexOf(total);
}

export const hexOf = (hash: StateHash): string => Buffer.from(hash.bytes()).toString('hex');
