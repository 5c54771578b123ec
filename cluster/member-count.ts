/** Which numbers of members make sense, and why not the others. */
import { UserError } from './user-error.js';

export const defaultMemberCount = 3;
export const maxMemberCount = 7;

/** Throws a UserError that gives the reason. */
export function checkMemberCount(count: number, options: { readonly allowEven: boolean }): void {
  if (!Number.isInteger(count) || count < 1 || count > maxMemberCount) {
    throw new UserError(`--members must be 1, 3, 5 or 7, not ${count}`);
  }
  if (count % 2 === 0 && !options.allowEven) {
    const tolerated = Math.floor((count - 1) / 2);
    throw new UserError(
      `--members ${count}: an even number tolerates no more failures than ${count - 1} (${tolerated}) and needs a ` +
        `larger majority; take ${count - 1} or ${count + 1}, or insist with --allow-even`,
    );
  }
}

/** m1, m2 … */
export function memberNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `m${index + 1}`);
}
