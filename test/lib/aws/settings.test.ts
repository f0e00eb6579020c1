import { beforeEach, describe, expect, test, vi } from 'vitest';
import { settingsProblem, type Variables } from '../../../src/lib/aws/settings.ts';
import { fileWith } from '../../cli/fake-shell.ts';

const CONFIG = `[default]
region = us-east-1
[profile backups]
region = ap-northeast-2
[profile moto]
endpoint_url = localhost:5000
[sso-session login]
sso_region = us-east-1
[services local]
ec2 =
  endpoint_url = http://127.0.0.1:5000
`;

let files: Variables;

beforeEach(async () => {
  files = {
    AWS_CONFIG_FILE: await fileWith(CONFIG, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: await fileWith('[keys]\naws_access_key_id = of-nobody\n', 'credentials'),
  };
  // Where the SDK looks for its files.
  for (const [name, path] of Object.entries(files)) vi.stubEnv(name, path);
  return () => vi.unstubAllEnvs();
});

const problemOf = (variables: Variables): Promise<string | undefined> =>
  settingsProblem({ ...files, ...variables });

describe('AWS_PROFILE', () => {
  test.each([undefined, '', 'default', 'backups', 'keys'])('%s is right', async (profile) => {
    expect(await problemOf({ AWS_PROFILE: profile })).toBeUndefined();
  });

  test('that is in neither file is told, with the one that was probably meant', async () => {
    const { AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: credentials } = files;
    expect(await problemOf({ AWS_PROFILE: 'bakcups' })).toBe(
      `AWS_PROFILE is "bakcups", expected a profile of ${config} or ${credentials} (did you mean backups?)`,
    );
  });

  test('that is like none is told with all there are, and no section of another kind', async () => {
    expect(await problemOf({ AWS_PROFILE: 'x-y-z-0' })).toContain(
      '(expected one of: default, backups, moto, keys)',
    );
  });

  test('is told when there are no files at all', async () => {
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere/config');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere/credentials');
    expect(await settingsProblem({ AWS_PROFILE: 'backups' })).toBe(
      'AWS_PROFILE is "backups", expected a profile of ~/.aws/config or ~/.aws/credentials, which have none',
    );
  });
});

describe('an endpoint', () => {
  test.each([
    { AWS_ENDPOINT_URL: 'http://127.0.0.1:5000' },
    { AWS_ENDPOINT_URL: 'https://vpce-1.ec2.ap-northeast-2.vpce.amazonaws.com/' },
    { AWS_ENDPOINT_URL: '' },
    { AWS_ENDPOINT_URLS: 'of some other program' },
  ])('%o is right', async (variables) => {
    expect(await problemOf(variables)).toBeUndefined();
  });

  test.each([
    { AWS_ENDPOINT_URL: 'localhost' },
    { AWS_ENDPOINT_URL: 'localhost:4566' },
    { AWS_ENDPOINT_URL: 'ftp://127.0.0.1' },
    { AWS_ENDPOINT_URL_EC2: '//127.0.0.1' },
  ])('%o is told by its variable', async (variables) => {
    const [[name, value] = []] = Object.entries(variables);
    expect(await problemOf(variables)).toBe(
      `${name} is "${value}", expected a URL such as https://ec2.example.com:8443`,
    );
  });

  test('of the profile is told by the profile', async () => {
    expect(await problemOf({ AWS_PROFILE: 'moto' })).toBe(
      'endpoint_url of the profile moto is "localhost:5000", expected a URL such as https://ec2.example.com:8443',
    );
  });
});
