/** How far a partition is done without a gap: all before the position is settled. */
export interface Watermark {
  /** A record was read; records are read in their order. */
  read(record: { offset: bigint; next: bigint }): void;
  settled(offset: bigint): void;
  readonly position: bigint;
}

export function createWatermark(start: bigint): Watermark {
  const open = new Set<bigint>();
  let next = start;
  return {
    read(record) {
      open.add(record.offset);
      next = record.next;
    },
    settled: (offset) => void open.delete(offset),
    get position() {
      const [oldest] = open;
      return oldest ?? next;
    },
  };
}
