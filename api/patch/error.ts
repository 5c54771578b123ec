/** Why a patch was refused. */

export class PatchError extends Error {
  /**
   * `malformed`: the patch itself cannot be read (HTTP 400); `failed`: it cannot be applied to this object
   * (HTTP 422).
   */
  readonly kind: 'malformed' | 'failed';

  constructor(kind: 'malformed' | 'failed', message: string) {
    super(message);
    this.name = 'PatchError';
    this.kind = kind;
  }
}
