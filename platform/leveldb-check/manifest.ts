/** What LevelDB's manifest says: which tables the database consists of, and which of its logs it still needs. */
import { readVarint } from './snappy.js';

export interface Manifest {
  /** Length in bytes by file number. */
  readonly tables: ReadonlyMap<number, number>;
  /** Logs from this number on hold what is in no table yet. */
  readonly logNumber: number;
}

const COMPARATOR = 1;
const LOG_NUMBER = 2;
const NEXT_FILE_NUMBER = 3;
const LAST_SEQUENCE = 4;
const COMPACT_POINTER = 5;
const DELETED_FILE = 6;
const NEW_FILE = 7;
const PREVIOUS_LOG_NUMBER = 9;

/** Throws `RangeError` when a record is not one of a manifest. */
export function readManifest(records: readonly Uint8Array[]): Manifest {
  const tables = new Map<number, number>();
  let logNumber = 0;
  for (const record of records) {
    let at = 0;
    const number = (): number => {
      const { value, next } = readVarint(record, at);
      at = next;
      return value;
    };
    const skipText = (): void => {
      const length = number();
      if (at + length > record.length) throw new RangeError('a name is too long');
      at += length;
    };
    while (at < record.length) {
      const tag = number();
      switch (tag) {
        case COMPARATOR:
          skipText();
          break;
        case LOG_NUMBER:
          logNumber = number();
          break;
        case NEXT_FILE_NUMBER:
        case LAST_SEQUENCE:
        case PREVIOUS_LOG_NUMBER:
          number();
          break;
        case COMPACT_POINTER:
          number();
          skipText();
          break;
        case DELETED_FILE:
          number();
          tables.delete(number());
          break;
        case NEW_FILE: {
          number();
          const file = number();
          tables.set(file, number());
          skipText();
          skipText();
          break;
        }
        default:
          throw new RangeError(`nothing is known of tag ${tag}`);
      }
    }
  }
  return { tables, logNumber };
}
