/** Documents that never change while the server runs: made when first asked for, kept as bytes with their hash. */
import { createHash } from 'node:crypto';

export interface CachedDocument {
  readonly bytes: Uint8Array;
  /** SHA-512 in hexadecimal, upper case. */
  readonly hash: string;
}

export interface DocumentCache {
  get(key: string, make: () => Uint8Array): CachedDocument;
  /** For a document that is made in several turns of the event loop; whoever asks meanwhile waits for the same. */
  getLater(key: string, make: () => Promise<Uint8Array>): Promise<CachedDocument>;
}

export function createDocumentCache(): DocumentCache {
  const documents = new Map<string, CachedDocument>();
  const coming = new Map<string, Promise<CachedDocument>>();
  const keep = (key: string, bytes: Uint8Array): CachedDocument => {
    const hash = createHash('sha512').update(bytes).digest('hex').toUpperCase();
    const document = { bytes, hash };
    documents.set(key, document);
    return document;
  };
  return {
    get: (key, make) => documents.get(key) ?? keep(key, make()),
    getLater(key, make) {
      const known = documents.get(key);
      if (known !== undefined) return Promise.resolve(known);
      let promise = coming.get(key);
      if (promise === undefined) {
        promise = make()
          .then((bytes) => keep(key, bytes))
          .finally(() => coming.delete(key));
        coming.set(key, promise);
      }
      return promise;
    },
  };
}
