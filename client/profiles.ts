import { fault } from '../contracts/errors.js';
import { profileKey } from '../contracts/keys.js';
import {
  BUILT_IN_PROFILES,
  parseProfile,
  parseProfileRef,
  type Profile,
  type ProfileInput,
} from '../contracts/profile.js';
import { readProfile, storedProfiles } from '../records/read-profile.js';
import type { Reelay } from './connect.js';

export interface ListedProfile {
  name: string;
  version: number;
  isBuiltIn: boolean;
}

/** All profiles by name and version. */
export async function listProfiles(reelay: Reelay): Promise<ListedProfile[]> {
  const { store } = await reelay.adapters();
  const found: ListedProfile[] = BUILT_IN_PROFILES.map(({ name, version }) => ({ name, version, isBuiltIn: true }));
  const isKnown = (name: string, version: number): boolean =>
    found.some((one) => one.name === name && one.version === version);
  for await (const { name, version } of storedProfiles(store))
    if (!isKnown(name, version)) found.push({ name, version, isBuiltIn: false });
  return found.sort((a, b) => a.name.localeCompare(b.name) || a.version - b.version);
}

/** A profile by `NAME` or `NAME@VERSION`. */
export async function showProfile(reelay: Reelay, { profile }: { profile: string }): Promise<Profile> {
  const { store } = await reelay.adapters();
  return readProfile(store, parseProfileRef(profile));
}

/** Publishes a profile for good: the same once more changes nothing, another one of that version is a `profile-conflict`. */
export async function addProfile(reelay: Reelay, input: ProfileInput): Promise<{ profile: Profile; isNew: boolean }> {
  const profile = parseProfile(input);
  const { store } = await reelay.adapters();
  const { name, version } = profile;
  const text = JSON.stringify(profile);
  const isBuiltIn = BUILT_IN_PROFILES.some((one) => one.name === name && one.version === version);
  const options = { contentType: 'application/json', ifAbsent: true } as const;
  const isNew = !isBuiltIn && (await store.put(profileKey(profile), Buffer.from(text), options)) === 'written';
  const there = isNew ? profile : await readProfile(store, { name, version });
  if (JSON.stringify(there) === text) return { profile, isNew };
  throw fault('profile-conflict', `profile ${name}@${version} is there with other contents`);
}
