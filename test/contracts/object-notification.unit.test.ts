import assert from 'node:assert/strict';
import { tasksOf } from '../../contracts/object-notification.js';
import { parseTranscodeRequest } from '../../contracts/transcode.js';
import { parseTrigger } from '../../contracts/object-trigger.js';

const trigger = parseTrigger({
  name: 'up',
  bucket: 'media',
  prefix: 'in/',
  suffixes: ['.mov', '.MP4'],
  profile: 'hls',
  priority: 70,
});

const record = (eventName: string, key: string, object: object = { eTag: 'abc' }, bucket = 'media') => ({
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  eventName,
  s3: { bucket: { name: bucket, arn: 'x' }, object: { key, size: 5, ...object } },
});
const of = async (...records: object[]) => tasksOf({ Records: records }, [trigger]);
const urlsOf = async (...records: object[]): Promise<string[]> =>
  (await of(...records)).starts.map(({ input }) => input.url);

describe('what a store tells of its objects', () => {
  const wanted: [string, object, string[]][] = [
    ['as AWS writes it', record('ObjectCreated:Put', 'in/a.mov'), ['s3://media/in/a.mov']],
    ['as MinIO writes it', record('s3:ObjectCreated:Post', 'in/a.mov'), ['s3://media/in/a.mov']],
    [
      'of a finished upload in parts',
      record('ObjectCreated:CompleteMultipartUpload', 'in/a.mp4'),
      ['s3://media/in/a.mp4'],
    ],
    [
      'with an encoded key',
      record('ObjectCreated:Copy', 'in/my+film%2B%C3%A9.mov'),
      ['s3://media/in/my%20film%2B%C3%A9.mov'],
    ],
    ['with a whole key encoded', record('ObjectCreated:Put', 'in%2Fa.mov'), ['s3://media/in/a.mov']],
    [
      'as VersityGW writes it, with a plain key',
      {
        eventName: 's3:ObjectCreated:Put',
        s3: {
          bucket: { name: 'media', arn: 'arn:aws:s3:::/media/in/a+b %41é.mov' },
          object: { key: 'in/a+b %41é.mov', eTag: '"abc"', versionId: null, sequencer: '1' },
        },
      },
      ['s3://media/in/a%2Bb%20%2541%C3%A9.mov'],
    ],
    ['of another prefix', record('ObjectCreated:Put', 'out/a.mov'), []],
    ['of another suffix', record('ObjectCreated:Put', 'in/a.txt'), []],
    ['of another bucket', record('ObjectCreated:Put', 'in/a.mov', {}, 'other'), []],
    ['of a folder', record('ObjectCreated:Put', 'in/a.mov/'), []],
    ['of what Reelay has written itself', record('ObjectCreated:Put', 'in/.reelay/a.mov/hls/x.mp4'), []],
    ['of reading', record('ObjectAccessed:Get', 'in/a.mov'), []],
  ];
  for (const [title, one, urls] of wanted)
    it(`${title} starts ${urls.length === 0 ? 'nothing' : 'a task'}`, async () => {
      assert.deepEqual(await urlsOf(one), urls);
    });

  it('asks for the same task again for the same version, and for another one for another', async () => {
    const id = async (object: object) => (await of(record('ObjectCreated:Put', 'in/a.mov', object))).starts[0]?.taskId;
    assert.equal(await id({ eTag: '"abc"' }), await id({ eTag: 'abc', sequencer: '2' }));
    assert.notEqual(await id({ eTag: 'abc' }), await id({ eTag: 'abd' }));
    assert.notEqual(await id({ versionId: '1' }), await id({ versionId: '2' }));
  });

  it('makes requests that are taken as they are', async () => {
    const { starts } = await of(record('ObjectCreated:Put', 'in/a.mov'));
    const settings = parseTranscodeRequest(starts[0]);
    assert.equal(settings.profile, 'hls');
    assert.equal(settings.priority, 70);
    assert.deepEqual(settings.labels, { trigger: 'up' });
  });

  it('takes no playlists unless the trigger asks for them', async () => {
    const inputOf = async (change: object) =>
      (await tasksOf({ Records: [record('ObjectCreated:Put', 'in/a.mov')] }, [{ ...trigger, ...change }])).starts[0]
        ?.input;
    assert.deepEqual(await inputOf({}), { url: 's3://media/in/a.mov', playlists: false });
    assert.deepEqual(await inputOf({ playlists: true }), { url: 's3://media/in/a.mov', playlists: true });
  });

  it('names the tasks of an object that is gone, whatever their version', async () => {
    const { starts, removals } = await of(
      record('ObjectCreated:Put', 'in/a.mov'),
      record('s3:ObjectRemoved:Delete', 'in/a.mov', {}),
      record('ObjectRemoved:DeleteMarkerCreated', 'in/b.txt', {}),
    );
    assert.equal(removals.length, 1);
    assert.ok(starts[0]?.taskId.startsWith(removals[0]!.stem));
  });

  for (const nothing of [
    undefined,
    null,
    {},
    { Service: 'Amazon S3', Event: 's3:TestEvent' },
    { Records: 'x' },
    'text',
  ])
    it(`asks nothing by ${JSON.stringify(nothing)}`, async () => {
      assert.deepEqual(await tasksOf(nothing, [trigger]), { starts: [], removals: [], unreadable: 0 });
    });

  it('counts records that it cannot read, and goes on', async () => {
    const found = await of({}, record('ObjectCreated:Put', 'in/%zz.mov'), record('ObjectCreated:Put', 'in/a.mov'));
    assert.equal(found.starts.length, 1);
    assert.equal(found.unreadable, 2);
  });

  it('counts a key that is no text as unreadable', async () => {
    const arn = 'arn:aws:s3:::/media/in/\ud800.mov';
    const found = await of({
      eventName: 'ObjectCreated:Put',
      s3: { bucket: { name: 'media', arn }, object: { key: 'in/\ud800.mov' } },
    });
    assert.deepEqual(found, { starts: [], removals: [], unreadable: 1 });
  });
});
