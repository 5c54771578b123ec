/**
 * Is a record of the state database what was written under its key? Each carries a digest or a checksum; this
 * looks at it without needing what the record says. Records without a value have nothing to be damaged.
 */
import { bytesOf } from '../bytes.js';
import { DamagedRecordError, openRecord } from '../tuple.js';
import { AUTH_KEY, keyOfHead, META_KEY, ORIGIN_KEY, parseVersionKey } from './key-space.js';
import { decodeAuthRecord, decodeLease, decodeVersion, type RecordSalt } from './records.js';

/** Throws `DamagedRecordError`. */
export function checkRecord(salt: RecordSalt, databaseKey: string, record: Uint8Array): void {
  switch (databaseKey[0]) {
    case 'k':
      decodeVersion(salt, bytesOf(keyOfHead(databaseKey)), record);
      return;
    case 'v':
      decodeVersion(salt, bytesOf(parseVersionKey(databaseKey).key), record);
      return;
    case 'l':
      decodeLease(salt, record);
      return;
    case AUTH_KEY:
      decodeAuthRecord(salt, record);
      return;
    case 'r':
    case 's':
    case META_KEY:
    case ORIGIN_KEY:
      openRecord(bytesOf(databaseKey), record);
      return;
    default:
      if (record.length > 0)
        throw new DamagedRecordError(`nothing is kept under ${JSON.stringify(databaseKey)}`);
  }
}
