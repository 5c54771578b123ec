/** Where the built programs (`member.js`, `api-worker.js`, `controllers.js`) lie. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from './user-error.js';

/** The folder of the running bundle, or `dist` of the source checkout this file is part of. */
export function findProgramFolder(): string {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const candidates = [here, join(here, '..', 'dist')];
  const found = candidates.find((folder) => existsSync(join(folder, 'member.js')));
  if (found === undefined) {
    throw new UserError(`the build is missing (no member.js in ${candidates[1]}): run npm run build`);
  }
  return found;
}
