import { openSourceGateway, type SourceGatewayOptions } from '../../adapters/sources/open-source-gateway.js';

/** The way to sources of this machine, as `reelay up` opens it. */
export const openTestGateway = (change: Partial<SourceGatewayOptions> = {}) =>
  openSourceGateway({ allowNetworks: ['127.0.0.1/32', '::1/128'], isVerified: true, ...change });
