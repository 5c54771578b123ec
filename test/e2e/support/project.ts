/** Where the project under test lies. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectFolder = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
export const kuorumProgram = join(projectFolder, 'bin', 'kuorum.js');
