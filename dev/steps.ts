const BUSY_EVERY_MS = 15_000;

/** One step of a start, as it is shown: `busy` comes every 15 s while a long one lasts. */
export interface Step {
  name: string;
  status: 'busy' | 'done' | 'failed';
  detail: string;
  elapsedMs: number;
}

export type OnStep = (step: Step) => void;

/** Called where a step does more than to start something: what it is doing right now. */
export type Report = (detail: string) => void;

/** Runs one step of the start and tells how it goes. */
export async function runStep<Result>(
  { name, onStep, outcome = 'started' }: { name: string; onStep: OnStep; outcome?: string },
  work: (report: Report) => Promise<Result>,
): Promise<Result> {
  const startedAt = performance.now();
  let doing = 'starting';
  let done = outcome;
  const tell = (status: Step['status'], detail: string) =>
    onStep({ name, status, detail, elapsedMs: performance.now() - startedAt });
  const busy = setInterval(() => tell('busy', doing), BUSY_EVERY_MS);
  try {
    const result = await work((detail) => {
      doing = detail;
      done = `built and ${outcome}`;
    });
    tell('done', done);
    return result;
  } catch (error) {
    tell('failed', doing);
    throw error;
  } finally {
    clearInterval(busy);
  }
}
