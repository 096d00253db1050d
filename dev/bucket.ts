import { CreateBucketCommand, HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';

const ASK_DEADLINE_MS = 5_000;

export interface S3Access {
  endpoint: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
}

/** Creates the bucket where it is missing. */
export async function createBucket(bucket: string, { endpoint, region, ...credentials }: S3Access): Promise<void> {
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 });
  const options = () => ({ abortSignal: AbortSignal.timeout(ASK_DEADLINE_MS) });
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }), options());
  } catch (error) {
    if ((error as Error).name !== 'NotFound') throw error;
    await client.send(new CreateBucketCommand({ Bucket: bucket }), options());
  } finally {
    client.destroy();
  }
}
