/** Waiting for a condition of the real world, and saying how long it took. */

const pollMilliseconds = 50;

/**
 * Asks until the answer is neither false nor undefined, and gives it. A check that throws counts as "not yet";
 * the last error is in the message when time runs out.
 */
export async function until<Value>(
  what: string,
  check: () => Promise<Value | false | undefined> | Value | false | undefined,
  timeoutMilliseconds = 60_000,
): Promise<Value> {
  const end = performance.now() + timeoutMilliseconds;
  let lastError: unknown;
  for (;;) {
    try {
      const answer = await check();
      if (answer !== false && answer !== undefined) return answer;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() > end) {
      const reason =
        lastError === undefined
          ? ''
          : `: ${lastError instanceof Error ? lastError.message : JSON.stringify(lastError)}`;
      throw new Error(`gave up after ${timeoutMilliseconds} ms waiting until ${what}${reason}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
  }
}

/** Prints how long something took. The figure is for people: no test asserts it. */
export function report(what: string, sinceMilliseconds: number): void {
  process.stdout.write(`  ${what}: ${Math.round(performance.now() - sinceMilliseconds)} ms\n`);
}
