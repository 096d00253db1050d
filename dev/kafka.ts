import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fault } from '../contracts/errors.js';
import { runBuildTool } from './build-tool.js';
import { startChild } from './child.js';
import { findProgram } from './find-program.js';
import { kafkaRecipe } from './kafka-libraries.js';
import { choosePort, LOOPBACK, reach } from './ports.js';
import { provision, type ProvisionOptions } from './provision.js';
import { logIn, ownServer, type Server, type ServerOptions } from './server.js';
import { createTopics } from './topics.js';
import { untilReady } from './until-ready.js';
import { isAtLeast, parseVersion, printedBy } from './version.js';

const LEAST_JAVA = [17, 0, 0] as const;
const START_DEADLINE_MS = 90_000;
/** The quick compiler alone: the other one takes longer to warm up than a node on one machine gains from it. */
const JVM_OPTIONS = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Dlog4j2.level=WARN'];

export interface KafkaServer extends Server {
  brokers: string[];
}

export interface ProxiedKafka extends KafkaServer {
  /** One for each advertised port, in their order: what is behind it. */
  behind: number[];
}

export interface KafkaServerOptions extends ServerOptions {
  /** Ports of proxies: clients that come through one are told of no other address, as a broker tells where it is found. */
  advertisedPorts?: readonly number[];
}

/** The folder of Kafka's libraries. */
export const provideKafka = (options: ProvisionOptions): Promise<string> => provision(kafkaRecipe, options);

/** One Kafka node that is broker and controller, its log in `home`, with Reelay's topics. */
export async function startKafka({
  home,
  ports,
  report = () => {},
  signal,
  advertisedPorts = [],
}: KafkaServerOptions): Promise<ProxiedKafka> {
  const java = await findJava();
  const classPath = join(await provideKafka({ report, signal }), '*');
  const port = await choosePort(home, { name: 'kafka', usual: 9092, choice: ports });
  const controllerPort = await choosePort(home, { name: 'kafka-controller', choice: ports });
  const behind: number[] = [];
  for (const index of advertisedPorts.keys())
    behind.push(await choosePort(home, { name: `kafka-behind-${index}`, choice: ports }));
  const properties = await configure(home, { port, controllerPort, behind, advertisedPorts });
  const log = logIn(home, 'kafka');
  if (!existsSync(join(home, 'kafka', 'meta.properties'))) {
    await runBuildTool({
      name: 'kafka',
      command: [java, ...JVM_OPTIONS, '-cp', classPath, 'kafka.tools.StorageTool', ...formatArguments(properties)],
      log,
      signal,
    });
  }
  const child = startChild({
    name: 'kafka',
    command: [java, ...JVM_OPTIONS, '-cp', classPath, 'kafka.Kafka', properties],
    log,
    home,
  });
  const brokers = [`${LOOPBACK}:${port}`];
  await untilReady(child, {
    deadlineMs: START_DEADLINE_MS,
    signal,
    check: () => reach(port).then(() => createTopics(brokers)),
  });
  return { ...ownServer(child), brokers, behind };
}

const formatArguments = (properties: string): string[] => [
  'format',
  '--ignore-formatted',
  '--config',
  properties,
  '--cluster-id',
  // Base64 may begin with a hyphen, which would read as an option.
  `A${randomBytes(16).toString('base64url').slice(1)}`,
];

interface Listeners {
  port: number;
  controllerPort: number;
  behind: readonly number[];
  advertisedPorts: readonly number[];
}

async function configure(home: string, { port, controllerPort, behind, advertisedPorts }: Listeners) {
  const listening = [port, ...behind].map((at, index) => `${listenerName(index)}://${LOOPBACK}:${at}`);
  const advertised = [port, ...advertisedPorts].map((at, index) => `${listenerName(index)}://${LOOPBACK}:${at}`);
  const protocols = listening.map((_, index) => `${listenerName(index)}:PLAINTEXT`);
  const file = join(home, 'kafka.properties');
  await mkdir(home, { recursive: true });
  await writeFile(
    file,
    Object.entries({
      'process.roles': 'broker,controller',
      'node.id': 1,
      'controller.quorum.voters': `1@${LOOPBACK}:${controllerPort}`,
      listeners: [...listening, `CONTROLLER://${LOOPBACK}:${controllerPort}`].join(),
      'advertised.listeners': advertised.join(),
      'controller.listener.names': 'CONTROLLER',
      'listener.security.protocol.map': [...protocols, 'CONTROLLER:PLAINTEXT'].join(),
      'log.dirs': join(home, 'kafka'),
      'auto.create.topics.enable': false,
      'group.initial.rebalance.delay.ms': 0,
      // After a crash the node must wait out its own earlier session, 9 s unless told otherwise.
      'broker.session.timeout.ms': 4000,
      'broker.heartbeat.interval.ms': 1000,
      // One node is all there is, and fifty internal partitions each would only slow its start.
      'offsets.topic.replication.factor': 1,
      'offsets.topic.num.partitions': 1,
      'transaction.state.log.replication.factor': 1,
      'transaction.state.log.min.isr': 1,
      'transaction.state.log.num.partitions': 1,
    })
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  return file;
}

const listenerName = (index: number): string => (index === 0 ? 'PLAINTEXT' : `BEHIND${index}`);

async function findJava(): Promise<string> {
  const home = process.env['JAVA_HOME'];
  const java = home ? join(home, 'bin', 'java') : findProgram('java');
  if (java !== undefined && isAtLeast(parseVersion(await printedBy(java, ['-version'])), LEAST_JAVA)) return java;
  throw fault(
    'tool-missing',
    'kafka needs Java: install Java 17 or later, or set REELAY_EVENTS to kafka://host:port of a running broker',
  );
}
