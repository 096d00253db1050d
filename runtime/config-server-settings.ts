import { setting } from './setting.js';
import { filePath, listenAddress, text, textsByName } from './config-values.js';

/** The settings of what talks to others about tasks: callbacks, the HTTP interface and triggers. */
export const SERVER_SETTINGS = {
  callbackSecrets: setting(
    ['REELAY_CALLBACK_SECRETS', 'JSON', 'what callbacks are signed with: an object of secrets by name'],
    textsByName('expected a JSON object of texts by name'),
    { isSecret: true, default: '{}' },
  ),
  http: setting(
    ['REELAY_HTTP', 'address', 'where `reelay server` listens: `host:port`'],
    listenAddress('expected host:port'),
    { default: '127.0.0.1:8300' },
  ),
  apiTokens: setting(
    ['REELAY_API_TOKENS', 'JSON', 'who may use the HTTP interface: an object of tokens by name'],
    textsByName('expected a JSON object of texts by name'),
    { isSecret: true, default: '{}' },
  ),
  codecOrigin: setting(
    ['REELAY_CODEC_ORIGIN', 'URL', 'the origin of the web interface of Temporal, which may ask `/codec` to decrypt'],
    text('expected an origin such as https://temporal.example.org', /^https?:\/\/[^/\s?#]+$/),
    {},
  ),
  triggers: setting(
    ['REELAY_TRIGGERS', 'path', 'the JSON file that says which objects are transcoded as they come'],
    filePath('expected a path'),
    {},
  ),
  objectTopic: setting(
    [
      'REELAY_OBJECT_TOPIC',
      'name',
      'the topic of the event log where a store tells of its objects; none is read unless it is set',
    ],
    text('expected the name of a topic', /^[A-Za-z0-9._-]{1,249}$/),
    {},
  ),
} as const;
