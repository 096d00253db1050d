/** Kafka frames: a size of four bytes, then in a request the API, its version and a correlation id, in an answer that id. */
const SIZE_BYTES = 4;
const ID_IN_REQUEST = 8;
const ID_IN_ANSWER = 4;
const PRODUCE = 0;

export interface ProduceAnswers {
  /** To be told all that the client sends. */
  asked(chunk: Buffer): void;
  /** The whole frames of what the broker sends, without its answers to produce requests where they are not wanted. */
  answered(chunk: Buffer, options: { isWanted: boolean }): { bytes: Buffer; isWhole: boolean };
}

/** Tells the acknowledgements of records from the other answers on one connection to a broker. */
export function trackProduceAnswers(): ProduceAnswers {
  const produced = new Set<number>();
  const requests = splitFrames();
  const answers = splitFrames();
  return {
    asked(chunk) {
      for (const frame of requests(chunk)) {
        if (frame.readInt16BE(SIZE_BYTES) === PRODUCE) produced.add(frame.readInt32BE(ID_IN_REQUEST));
      }
    },
    answered(chunk, { isWanted }) {
      const frames = answers(chunk);
      const kept = frames.filter((frame) => !produced.delete(frame.readInt32BE(ID_IN_ANSWER)) || isWanted);
      return { bytes: Buffer.concat(kept), isWhole: kept.length === frames.length };
    },
  };
}

/** Gives out frames when they are whole. */
function splitFrames(): (chunk: Buffer) => Buffer[] {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const frames: Buffer[] = [];
    while (rest.length >= SIZE_BYTES && rest.length >= SIZE_BYTES + rest.readUInt32BE(0)) {
      const end = SIZE_BYTES + rest.readUInt32BE(0);
      frames.push(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
    return frames;
  };
}
