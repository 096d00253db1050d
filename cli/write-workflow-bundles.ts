import { dataConverter } from '../runtime/payload-codec.js';
import { workflowBundle } from '../workers/workflow-bundle.js';

/* For images, whose workers may not write beside the build: what they load, with and without a key for payloads. */
await workflowBundle();
await workflowBundle(dataConverter({ payloadKeys: {}, payloadKey: 'any' }));
