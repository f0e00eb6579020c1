/** What the SDK takes from the environment and the profile, where the SDK itself would not say what is wrong with it. */

import { parseKnownFiles } from '@smithy/core/config';
import { didYouMean } from '../policy/suggest.ts';

/** The variables of a process. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** The first thing that cannot be meant, or undefined. The profiles are those of the SDK's own files. */
export async function settingsProblem(variables: Variables): Promise<string | undefined> {
  const profiles = await parseKnownFiles({});
  const name = variables['AWS_PROFILE'] ?? '';
  if (name !== '' && !profiles[name]) return unknownProfile(name, Object.keys(profiles), variables);
  const chosen = name === '' ? 'default' : name;
  const endpoints = [
    ...Object.entries(variables).filter(([key]) => /^AWS_ENDPOINT_URL(_|$)/.test(key)),
    [`endpoint_url of the profile ${chosen}`, profiles[chosen]?.['endpoint_url']] as const,
  ];
  const wrong = endpoints.find(([, url = '']) => url !== '' && !isWebAddress(url));
  return (
    wrong && `${wrong[0]} is ${JSON.stringify(wrong[1])}, expected a URL such as https://ec2.example.com:8443`
  );
}

/** The SDK would look on for credentials, and might find those of another account than was meant. */
function unknownProfile(name: string, known: readonly string[], variables: Variables): string {
  // Sections of other kinds are named by their kind too.
  const profiles = known.filter((section) => !/^(sso-session|services)\./.test(section));
  const config = variables['AWS_CONFIG_FILE'] ?? '~/.aws/config';
  const credentials = variables['AWS_SHARED_CREDENTIALS_FILE'] ?? '~/.aws/credentials';
  const hint = profiles.length > 0 ? didYouMean(name, profiles) : ', which have none';
  return `AWS_PROFILE is ${JSON.stringify(name)}, expected a profile of ${config} or ${credentials}${hint}`;
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
