const BUSY_EVERY_MS = 15_000;

/** One step of a start, as it is shown: `busy` comes every 15 s while a long one lasts. */
export interface Step {
  name: string;
  status: 'busy' | 'done' | 'failed' | 'lost';
  detail: string;
  elapsedMs: number;
}

export type OnStep = (step: Step) => void;

/** What a step is doing right now, or, as the last one, what it has done. */
export type Report = (detail: string) => void;

/** Runs one step of the start and tells how it goes. */
export async function runStep<Result>(
  { name, onStep }: { name: string; onStep: OnStep },
  work: (report: Report) => Promise<Result>,
): Promise<Result> {
  const startedAt = performance.now();
  let detail = 'starting';
  const tell = (status: Step['status']) => onStep({ name, status, detail, elapsedMs: performance.now() - startedAt });
  const busy = setInterval(tell, BUSY_EVERY_MS, 'busy');
  try {
    const result = await work((next) => void (detail = next));
    tell('done');
    return result;
  } catch (error) {
    tell('failed');
    throw error;
  } finally {
    clearInterval(busy);
  }
}
