import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fault } from '../contracts/errors.js';
import { runBuildTool } from './build-tool.js';
import { findProgram } from './find-program.js';
import type { Recipe } from './provision.js';
import { isAtLeast, parseVersion } from './version.js';

const VERSION = '4.1.1';
const LEAST = [4, 0, 0] as const;
const OTHERWISE = 'set KAFKA_HOME to an unpacked Kafka 4, or REELAY_EVENTS to kafka://host:port of a running broker';

/** Kafka is the folder of its jars: those of KAFKA_HOME, else fetched with all they depend on by Maven. */
export const kafkaRecipe: Recipe = {
  name: 'kafka',
  version: VERSION,
  product: 'libs',
  installed: librariesOfKafkaHome,
  async build({ into, log, report, signal }) {
    const maven = findProgram('mvn');
    if (maven === undefined) {
      throw fault('tool-missing', `kafka ${VERSION} is not here and cannot be fetched: install Maven, or ${OTHERWISE}`);
    }
    await writeFile(join(into, 'pom.xml'), POM);
    report(`mvn dependency:copy-dependencies of kafka ${VERSION} (once)`);
    await runBuildTool({
      name: 'kafka',
      command: [maven, '-B', '-ntp', 'dependency:copy-dependencies', `-DoutputDirectory=${join(into, 'libs')}`],
      cwd: into,
      log,
      otherwise: OTHERWISE,
      signal,
    });
  },
};

// Kafka itself leaves the logging binding out, and says nothing at all without one.
const POM = `<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>dev.reelay</groupId>
  <artifactId>kafka</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>${VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId>
      <artifactId>log4j-slf4j-impl</artifactId>
      <version>2.24.3</version>
    </dependency>
  </dependencies>
</project>
`;

async function librariesOfKafkaHome(): Promise<string | undefined> {
  const home = process.env['KAFKA_HOME'];
  if (!home || !existsSync(join(home, 'libs'))) return undefined;
  const clients = (await readdir(join(home, 'libs'))).find((jar) => /^kafka-clients-.*\.jar$/.test(jar)) ?? '';
  return isAtLeast(parseVersion(clients), LEAST) ? join(home, 'libs') : undefined;
}
