import { fault } from '../contracts/errors.js';
import { jsonOf } from '../contracts/json-of.js';
import { profileKey, profilePrefix } from '../contracts/keys.js';
import { BUILT_IN_PROFILES, profileSchema, type Profile, type ProfileRef } from '../contracts/profile.js';

/** The part of an object store that holds profiles. */
export interface ProfileStore {
  get(key: string): Promise<{ body: Uint8Array } | undefined>;
  list(prefix: string): AsyncIterable<{ key: string }>;
}

/** The profile of a name, the newest version where none is said; `profile-not-found` where there is none. */
export async function readProfile(store: ProfileStore, ref: ProfileRef): Promise<Profile> {
  const version = ref.version ?? (await newestVersion(store, ref.name));
  const builtIn = BUILT_IN_PROFILES.find((one) => one.name === ref.name && one.version === version);
  if (builtIn) return builtIn;
  const stored = version === undefined ? undefined : await store.get(profileKey({ name: ref.name, version }));
  const found = stored && profileSchema.safeParse(jsonOf(stored.body)).data;
  if (found) return found;
  const named = version === undefined ? ref.name : `${ref.name}@${version}`;
  throw fault('profile-not-found', `there is ${stored ? 'no usable' : 'no'} profile ${named}`);
}

async function newestVersion(store: ProfileStore, name: string): Promise<number | undefined> {
  const versions = BUILT_IN_PROFILES.filter((one) => one.name === name).map((one) => one.version);
  for await (const { version } of storedProfiles(store, name)) versions.push(version);
  return versions.length === 0 ? undefined : Math.max(...versions);
}

/** Names and versions in the store, of all profiles or of one name. */
export async function* storedProfiles(store: ProfileStore, name?: string): AsyncGenerator<Required<ProfileRef>> {
  for await (const { key } of store.list(profilePrefix(name))) {
    const [, found = '', version = ''] = /^profiles\/([^/]+)\/(\d{1,6})\.json$/.exec(key) ?? [];
    if (found !== '') yield { name: found, version: Number(version) };
  }
}
