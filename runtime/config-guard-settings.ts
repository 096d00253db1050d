import { filePath, networkList, oneOf, yesOrNo } from './config-values.js';
import { setting } from './setting.js';

const networks = (variable: string, meaning: string) =>
  setting([variable, 'CIDR list', meaning], networkList(), { default: '', defaultText: 'none' });

/** What others may make a worker reach and run: docs/security.md tells what each guards. */
export const GUARD_SETTINGS = {
  sourceNetworks: networks(
    'REELAY_SOURCES_ALLOW_NETWORKS',
    'networks where sources may be, beside public addresses, with commas between them',
  ),
  inputNetworks: networks(
    'REELAY_INPUTS_ALLOW_NETWORKS',
    'networks where what is transcoded may be fetched from by HTTP, beside public addresses',
  ),
  callbackNetworks: networks(
    'REELAY_CALLBACKS_ALLOW_NETWORKS',
    'networks that callbacks may be sent to, beside public addresses',
  ),
  allowPrivateSources: setting(
    ['REELAY_SOURCES_ALLOW_PRIVATE', 'true or false', 'deprecated: adds the private networks to the three lists above'],
    yesOrNo(),
    { default: false },
  ),
  sourceCaFile: setting(
    ['REELAY_SOURCES_CA_FILE', 'path', 'certificates that are trusted for sources beside those of Node, PEM'],
    filePath('expected a path'),
    {},
  ),
  verifySources: setting(
    [
      'REELAY_SOURCES_TLS_VERIFY',
      'true or false',
      'whether the certificate of a source has to be valid for its name; false is for a lab',
    ],
    yesOrNo(),
    { default: true },
  ),
  allowFileSources: setting(
    ['REELAY_SOURCES_ALLOW_FILE', 'true or false', 'whether a source may be a file of the worker'],
    yesOrNo(),
    { default: false },
  ),
  sandbox: setting(
    [
      'REELAY_SANDBOX',
      'word',
      'whether a worker starts where it cannot confine ffmpeg: `required` for no, `preferred` for yes, `off` for never',
    ],
    oneOf(['required', 'preferred', 'off']),
    { default: 'required' },
  ),
} as const;
