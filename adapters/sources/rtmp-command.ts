/** Deeper than any command of a player. */
const MAX_DEPTH = 8;
const END_OF_OBJECT = 9;
/** Of AMF0: what a value has behind its type, where that is always as much. */
const FIXED_BYTES: Readonly<Record<number, number>> = { 0: 8, 1: 1, 5: 0, 6: 0, 7: 2, 11: 10 };
const [TEXT, OBJECT, MAP, LIST, LONG_TEXT] = [2, 3, 8, 10, 12] as const;

/**
 * A command of RTMP, in AMF0, with each text among its values as `rename` has it. From the first value on that is none of
 * AMF0 it stays as it is.
 */
export function renameIn(command: Buffer, rename: (text: string) => string): Buffer {
  const out: Buffer[] = [];
  let at = 0;
  let writtenTo = 0;
  try {
    while (at < command.length) passValue(0);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // No AMF0, or cut off.
  }
  return Buffer.concat([...out, command.subarray(writtenTo)]);

  function passValue(depth: number): void {
    const type = command.readUInt8(at);
    at += 1;
    if (type === TEXT) passText();
    else if (type === LONG_TEXT) at += 4 + command.readUInt32BE(at);
    else if (type === LIST) passList(depth);
    else if (type === OBJECT) passFields(depth);
    else if (type === MAP) {
      at += 4;
      passFields(depth);
    } else at += FIXED_BYTES[type] ?? notKnown(type);
  }

  function passText(): void {
    const end = at + 2 + command.readUInt16BE(at);
    if (end > command.length) throw new RangeError('cut off');
    const text = command.toString('utf8', at + 2, end);
    const renamed = Buffer.from(rename(text));
    if (renamed.toString() !== text) {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(renamed.length);
      out.push(command.subarray(writtenTo, at), length, renamed);
      writtenTo = end;
    }
    at = end;
  }

  function passList(depth: number): void {
    const count = command.readUInt32BE(at);
    at += 4;
    for (let each = 0; each < count; each += 1) passValue(deeper(depth));
  }

  function passFields(depth: number): void {
    for (;;) {
      const nameBytes = command.readUInt16BE(at);
      at += 2 + nameBytes;
      if (nameBytes === 0 && command.readUInt8(at) === END_OF_OBJECT) break;
      passValue(deeper(depth));
    }
    at += 1;
  }
}

function deeper(depth: number): number {
  if (depth < MAX_DEPTH) return depth + 1;
  throw new RangeError('values too deep in one another');
}

function notKnown(type: number): never {
  throw new RangeError(`no type of AMF0: ${type}`);
}
