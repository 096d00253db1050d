/** What the bytes of an object say; undefined where they are no JSON, but somebody else's. */
export function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}
