import assert from 'node:assert/strict';
import { trackProduceAnswers } from '../../dev/produce-answers.js';

const PRODUCE = 0;
const METADATA = 3;

function request(api: number, id: number): Buffer {
  const frame = Buffer.alloc(20);
  frame.writeUInt32BE(16, 0);
  frame.writeInt16BE(api, 4);
  frame.writeInt32BE(id, 8);
  return frame;
}

function answer(id: number): Buffer {
  const frame = Buffer.alloc(12);
  frame.writeUInt32BE(8, 0);
  frame.writeInt32BE(id, 4);
  return frame;
}

describe('answers to produce requests', () => {
  it('are told from the others, wherever the pieces of a connection end', () => {
    const track = trackProduceAnswers();
    const asked = Buffer.concat([request(METADATA, 1), request(PRODUCE, 2), request(PRODUCE, 3)]);
    for (const byte of asked) track.asked(Buffer.from([byte]));
    const all = Buffer.concat([answer(1), answer(2), answer(3)]);
    const parts = [all.subarray(0, 17), all.subarray(17)].map((part) => track.answered(part, { isWanted: false }));
    assert.deepEqual(Buffer.concat(parts.map(({ bytes }) => bytes)), answer(1));
    assert.deepEqual(
      parts.map(({ isWhole }) => isWhole),
      [true, false],
    );
  });

  it('pass where they are wanted, and are not mistaken for later ones', () => {
    const track = trackProduceAnswers();
    track.asked(request(PRODUCE, 7));
    assert.deepEqual(track.answered(answer(7), { isWanted: true }), { bytes: answer(7), isWhole: true });
    assert.deepEqual(track.answered(answer(7), { isWanted: false }).bytes, answer(7));
  });
});
