/** Documents that never change while the server runs: made when first asked for, kept as bytes with their hash. */
import { createHash } from 'node:crypto';

export interface CachedDocument {
  readonly bytes: Uint8Array;
  /** SHA-512 in hexadecimal, upper case. */
  readonly hash: string;
}

export interface DocumentCache {
  get(key: string, make: () => Uint8Array): CachedDocument;
}

export function createDocumentCache(): DocumentCache {
  const documents = new Map<string, CachedDocument>();
  return {
    get(key, make) {
      let document = documents.get(key);
      if (document === undefined) {
        const bytes = make();
        document = { bytes, hash: createHash('sha512').update(bytes).digest('hex').toUpperCase() };
        documents.set(key, document);
      }
      return document;
    },
  };
}
