/** The parts of a store that list and remove. */
interface Removing {
  store: { list(prefix: string): AsyncIterable<{ key: string }> };
  objects: { remove(keys: readonly string[]): Promise<unknown> };
}

const AT_ONCE = 1000;

/** Removes all objects below a prefix; answers how many there were. */
export async function removeBelow({ store, objects }: Removing, prefix: string): Promise<number> {
  let [keys, removed]: [string[], number] = [[], 0];
  for await (const { key } of store.list(prefix)) {
    keys.push(key);
    if (keys.length < AT_ONCE) continue;
    await objects.remove(keys);
    removed += keys.length;
    keys = [];
  }
  if (keys.length > 0) await objects.remove(keys);
  return removed + keys.length;
}
