import type { ComposeFile } from './compose-file.js';

const PINNED = /^[^:@]+:[^:@]*\d[^:@]*$/;
const GONE = /(?:^|\/)(?:minio|bitnami)(?:\/|:|$)/;

/** What the schema cannot say: that the parts fit together, stay on this machine and come in fixed versions. */
export function composeFaults({ services, volumes }: ComposeFile): string[] {
  return Object.entries(services).flatMap(([name, { image = '', ports = [], volumes: mounts = [], ...service }]) => {
    const waitsFor = Object.entries(service.depends_on ?? {});
    return [
      ...(PINNED.test(image) ? [] : [`${name}: "${image}" is not pinned to a version`]),
      ...(GONE.test(image) ? [`${name}: "${image}" is no longer published`] : []),
      ...ports
        .filter((port) => !port.startsWith('127.0.0.1:'))
        .map((port) => `${name}: ${port} is open to the network`),
      ...mounts
        .map((mount) => mount.split(':')[0] ?? '')
        .filter((volume) => !(volume in volumes))
        .map((volume) => `${name}: volume ${volume} is not declared`),
      ...waitsFor
        .filter(([other]) => !(other in services))
        .map(([other]) => `${name}: waits for ${other}, which is not there`),
      ...waitsFor
        .filter(([other, { condition }]) => condition === 'service_healthy' && !services[other]?.healthcheck)
        .map(([other]) => `${name}: waits for the health of ${other}, which has no check`),
    ];
  });
}
