import { CancellationScope } from '@temporalio/workflow';

/** Does several things at once. Where one fails, the others are cancelled and waited for, and the first failure is told. */
export async function together<Result>(works: readonly (() => Promise<Result>)[]): Promise<Result[]> {
  let failure: { error: unknown } | undefined;
  const scope = new CancellationScope();
  const results = await scope.run(() =>
    Promise.allSettled(
      works.map((work) =>
        work().catch((error: unknown) => {
          failure ??= { error };
          scope.cancel();
          throw error;
        }),
      ),
    ),
  );
  if (failure) throw failure.error;
  return results.map((result) => (result as PromiseFulfilledResult<Result>).value);
}
