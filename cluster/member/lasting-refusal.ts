/**
 * Why a member does not run, when starting it again cannot help. `removed`: the cluster goes on without it.
 * `unusable`: its folder is not its own, or older than its peers know it; it needs a successor.
 */
import { isUserError, UserError } from '../user-error.js';

export type LastingReason = 'removed' | 'unusable';

export class LastingRefusal extends UserError {
  readonly lasting: LastingReason;

  constructor(lasting: LastingReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.lasting = lasting;
  }
}

export function lastingReason(error: unknown): LastingReason | undefined {
  return isUserError(error) && error instanceof LastingRefusal ? error.lasting : undefined;
}
