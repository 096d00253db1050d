# Not run: no container engine where this was written (2026-11-20). test/docker checks it as far as that goes without one.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && node dist/cli/write-workflow-bundles.js

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# No package needs its install script: the native parts come prebuilt.
RUN npm ci --omit=dev --ignore-scripts

FROM node:24-bookworm-slim
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates ffmpeg tini \
  && rm -rf /var/lib/apt/lists/* \
  && install --directory --owner=node --group=node /var/lib/reelay
WORKDIR /app
COPY package.json LICENSE ./
COPY bin bin
COPY schemas schemas
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
ENV NODE_ENV=production REELAY_SPOOL_DIR=/var/lib/reelay/spool REELAY_SCRATCH_DIR=/var/lib/reelay/scratch
VOLUME /var/lib/reelay
USER node
# tini passes SIGTERM on to the worker, which hands its streams over, and reaps what ffmpeg leaves.
ENTRYPOINT ["tini", "--", "node", "bin/reelay"]
CMD ["worker"]
