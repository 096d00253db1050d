import fc from 'fast-check';

const FUZZ_MS = Number(process.env['FUZZ_SECONDS'] ?? 0) * 1000;
const RUNS = 500;

/**
 * Fails with the smallest input for which the property does not hold, and with the seed that finds it again. It looks at
 * some hundred inputs, others each time, or, with `FUZZ_SECONDS`, at as many as come in so long.
 */
export const holds = <Inputs extends [unknown, ...unknown[]]>(property: fc.IProperty<Inputs>): void => {
  fc.assert(property, options());
};

export const holdsAsync = <Inputs extends [unknown, ...unknown[]]>(
  property: fc.IAsyncProperty<Inputs>,
): Promise<void> => fc.assert(property, options());

const options = <Inputs>(): fc.Parameters<Inputs> =>
  FUZZ_MS > 0
    ? { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: FUZZ_MS, markInterruptAsFailure: false }
    : { numRuns: RUNS };

/** Bytes, and a well-made sample with some of it cut, changed or said again. */
export const bytesNear = (sample: Uint8Array): fc.Arbitrary<Buffer> =>
  fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.array(edit(sample.length), { minLength: 1, maxLength: 6 }).map((edits) =>
      edits.reduce((bytes, { at, remove, insert }) => {
        return Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
      }, Buffer.from(sample)),
    ),
  );

const edit = (length: number) =>
  fc.record({
    at: fc.nat(length),
    remove: fc.nat(12),
    insert: fc.oneof(
      fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom(Buffer.from([0xff, 0xff, 0xff, 0xff]), Buffer.from([0x7f, 0xff, 0xff, 0xff]), Buffer.alloc(8)),
    ),
  });

/** A value like the sample, of which some field is left out or holds anything else. */
export const valueNear = (sample: object): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.jsonValue(),
    fc.record({ path: fc.constantFrom(...pathsOf(sample)), to: odd }).map(({ path, to }) => {
      return replaced(structuredClone(sample), path, to);
    }),
  );

/** What has broken other programs. */
const odd = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    undefined,
    -1,
    1e308,
    2 ** 53,
    '',
    '..',
    '../../x',
    '/etc/passwd',
    '\0',
    'a'.repeat(5000),
    '%',
  ),
  fc.constantFrom<unknown>('__proto__', 'http://127.0.0.1/', 's3://other/x', 'file:///etc/passwd', '2026-13-45T99:99Z'),
  fc.string({ unit: 'binary' }),
);

const pathsOf = (value: unknown, path: readonly string[] = []): string[][] => [
  [...path],
  ...(typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))
    : []),
];

function replaced(value: unknown, [key, ...rest]: readonly string[], to: unknown): unknown {
  if (key === undefined) return to;
  const holder = value as Record<string, unknown>;
  holder[key] = replaced(holder[key], rest, to);
  return holder;
}
