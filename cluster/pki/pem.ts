/** A certificate and its private key, as texts. */
export interface PemPair {
  readonly certificate: string;
  readonly key: string;
}
