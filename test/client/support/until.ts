/** Waits for a condition, never for a duration: polls each turn of the event loop. */
export async function until(
  what: string,
  condition: () => boolean,
  timeoutMilliseconds = 10_000,
): Promise<void> {
  const end = performance.now() + timeoutMilliseconds;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`gave up waiting until ${what}`);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
