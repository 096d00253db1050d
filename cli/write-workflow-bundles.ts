import { dataConverter } from '../runtime/payload-codec.js';
import { workflowBundle } from '../workers/workflow-bundle.js';

/*
 * What workers load, with and without a key for payloads: for images, whose workers may not write beside the build, and
 * before tests, which start many at once.
 */
await workflowBundle();
await workflowBundle(dataConverter({ payloadKeys: {}, payloadKey: 'any' }));
