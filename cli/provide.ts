import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provideChromium } from '../dev/chromium.js';
import { provideFfmpeg } from '../dev/ffmpeg.js';
import { provideKafka } from '../dev/kafka.js';
import { providePreviousRelease } from '../dev/previous-release.js';
import { provideS3 } from '../dev/s3.js';
import { runStep, type Report } from '../dev/steps.js';
import { provideTemporal } from '../dev/temporal.js';
import { runCommand } from './output.js';
import { showStep } from './stack-output.js';

/*
 * Run before tests: builds or installs the programs of the stack that this machine lacks, which takes minutes the first
 * time and must not count as the time of a test.
 */
const PROVIDE: Record<string, (report: Report) => Promise<unknown>> = {
  ffmpeg: (report) => provideFfmpeg({ log: join(tmpdir(), 'reelay-ffmpeg.log'), report }),
  chromium: (report) => provideChromium({ log: join(tmpdir(), 'reelay-chromium.log'), report }),
  kafka: (report) => provideKafka({ report }),
  temporal: (report) => provideTemporal({ report }),
  s3: (report) => provideS3({ report }),
  previous: (report) => providePreviousRelease({ report }),
};

await runCommand({}, async () => {
  const steps = Object.entries(PROVIDE).map(([name, provide]) =>
    runStep({ name, onStep: showStep, outcome: 'there' }, provide),
  );
  await Promise.all(steps);
});
