/** How a verdict reads without colour. */
import type { Cell } from '../lab/document.js';

export const verdictMarks: Readonly<Record<NonNullable<Cell['verdict']>, string>> = {
  reached: '✓',
  missed: '✗',
  invalid: '(invalid)',
};
