import { PRIVATE_NETWORKS } from '../adapters/network/networks.js';
import type { Config } from './config.js';

type NetworkSettings = Pick<Config, 'allowPrivateSources' | 'sourceNetworks' | 'inputNetworks' | 'callbackNetworks'>;

/** What may be reached beside public addresses; the setting of old, which is one for all, adds the private ranges. */
export function allowedNetworks({ allowPrivateSources, ...networks }: NetworkSettings) {
  const older = allowPrivateSources ? PRIVATE_NETWORKS : [];
  return {
    sources: [...networks.sourceNetworks, ...older],
    inputs: [...networks.inputNetworks, ...older],
    callbacks: [...networks.callbackNetworks, ...older],
  };
}
