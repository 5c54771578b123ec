/** A disk with the same content: what is looked at for recovery is changed by looking. */
import { type SimulatedDisk, simulatedDisk } from '../../../chaos/index.js';
import { type Disk, seededRandom } from '../../../platform/index.js';

export async function copyDisk(disk: Disk): Promise<SimulatedDisk> {
  const copy = simulatedDisk({ random: seededRandom(2) });
  for (const name of await disk.listDatabases()) {
    const from = await disk.openDatabase(name);
    const to = await copy.openDatabase(name);
    const iterator = from.iterate({});
    for (;;) {
      const page = await iterator.nextPage(100);
      if (page.length === 0) break;
      await to.batch(
        page.map(({ key, value }) => ({ type: 'put', key, value })),
        { sync: true },
      );
    }
    await iterator.close();
    await from.close();
    await to.close();
  }
  for (const name of ['identity.json', 'witness-a', 'witness-b']) {
    const file = await disk.readFile(name);
    if (file !== undefined) await copy.writeFile(name, file);
  }
  return copy;
}
