/** What members have written down since a moment, read from their logs without asking them. */
import { open } from 'node:fs/promises';
import type { SystemName } from './plan.js';
import { cutAt, type RoleChange, roleChanges } from './role-history.js';

interface Tail {
  readonly path: string;
  startBytes: number;
}

export class MemberLogs {
  readonly #system: SystemName;
  readonly #tails: readonly Tail[];

  constructor(system: SystemName, paths: readonly string[]) {
    this.#system = system;
    this.#tails = paths.map((path) => ({ path, startBytes: 0 }));
  }

  /** What is there by now does not count any more. */
  async forget(): Promise<void> {
    await Promise.all(
      this.#tails.map(async (tail) => {
        const file = await open(tail.path);
        try {
          tail.startBytes = (await file.stat()).size;
        } finally {
          await file.close();
        }
      }),
    );
  }

  async roleChanges(): Promise<readonly RoleChange[]> {
    const texts = await Promise.all(this.#tails.map(readTail));
    return texts.flatMap((text, member) => roleChanges(this.#system, member, text));
  }

  /** When the member's links were cut or mended last; undefined: they were not. */
  async linksChangedAt(member: number): Promise<number | undefined> {
    return cutAt(await readTail(this.#tails[member]!));
  }
}

async function readTail({ path, startBytes }: Tail): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    // A log that has become shorter was begun anew.
    const start = size < startBytes ? 0 : startBytes;
    const bytes = Buffer.alloc(size - start);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
    return bytes.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
