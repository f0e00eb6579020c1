import { describe, expect, test } from 'vitest';
import {
  describeError,
  errorCode,
  isOutcomeUnknown,
  isBusy,
  isThrottled,
  systemCode,
} from '../../../src/lib/aws/errors.ts';

/** An error as the SDK throws it. */
function serviceError(name: string, status?: number): Error {
  return Object.assign(new Error('a message'), {
    name,
    $metadata: status === undefined ? { attempts: 1 } : { httpStatusCode: status },
  });
}

function systemError(code: string): Error {
  return Object.assign(new Error(`connect ${code} 127.0.0.1:9`), { code });
}

interface Case {
  readonly title: string;
  readonly error: unknown;
  readonly throttled: boolean;
  readonly busy?: boolean;
  readonly unknown: boolean;
}

const CASES: readonly Case[] = [
  ...[
    'RequestLimitExceeded',
    'Throttling',
    'ThrottlingException',
    'TooManyRequestsException',
    'EC2ThrottledException',
  ].map((name) => ({
    title: `${name}, although it comes with a 503`,
    error: serviceError(name, 503),
    throttled: true,
    unknown: false,
  })),
  {
    title: 'two snapshots of a volume within 15 s',
    error: serviceError('SnapshotCreationPerVolumeRateExceeded', 400),
    throttled: false,
    busy: true,
    unknown: false,
  },
  { title: 'a 503 of EC2', error: serviceError('Unavailable', 503), throttled: false, unknown: true },
  { title: 'a 500 of EC2', error: serviceError('InternalError', 500), throttled: false, unknown: true },
  {
    title: 'an answer that never came',
    error: serviceError('TimeoutError'),
    throttled: false,
    unknown: true,
  },
  { title: 'a connection that broke', error: systemError('ECONNRESET'), throttled: false, unknown: true },
  {
    title: 'an answer that cannot be read',
    error: new SyntaxError('bad XML'),
    throttled: false,
    unknown: true,
  },
  {
    // As the SDK throws it for a 200 whose XML does not end.
    title: 'a good answer that was cut off',
    error: serviceError('Error', 200),
    throttled: false,
    unknown: true,
  },
  { title: 'something thrown that is no error', error: 'oops', throttled: false, unknown: true },
  {
    title: 'a 400 of EC2',
    error: serviceError('InvalidParameterValue', 400),
    throttled: false,
    unknown: false,
  },
  {
    title: 'a name that is taken',
    error: serviceError('InvalidAMIName.Duplicate', 400),
    throttled: false,
    unknown: false,
  },
  {
    title: 'a missing permission',
    error: serviceError('UnauthorizedOperation', 403),
    throttled: false,
    unknown: false,
  },
  // Support raises this one, and it does not go away in seconds.
  {
    title: 'too many snapshots of a volume under way',
    error: serviceError('ConcurrentSnapshotLimitExceeded', 400),
    throttled: false,
    busy: true,
    unknown: false,
  },
  {
    title: 'a quota',
    error: serviceError('SnapshotLimitExceeded', 400),
    throttled: false,
    unknown: false,
  },
  {
    title: 'an endpoint where nobody listens',
    error: systemError('ECONNREFUSED'),
    throttled: false,
    unknown: false,
  },
  {
    title: 'a name that does not resolve',
    error: systemError('ENOTFOUND'),
    throttled: false,
    unknown: false,
  },
  {
    title: 'no credentials',
    error: serviceError('CredentialsProviderError'),
    throttled: false,
    unknown: false,
  },
];

describe('[H2] [H18] what an error says of the call', () => {
  test.each(CASES)(
    '$title: throttled $throttled, outcome unknown $unknown',
    ({ error, throttled, busy = false, unknown }) => {
      expect([isThrottled(error), isBusy(error), isOutcomeUnknown(error)]).toEqual([
        throttled,
        busy,
        unknown,
      ]);
    },
  );
});

describe('an error in words', () => {
  test.each([
    {
      title: 'name and message',
      error: serviceError('InvalidAMIID.NotFound'),
      words: 'InvalidAMIID.NotFound: a message',
    },
    { title: 'a plain error without its name', error: new Error('no\n  way.'), words: 'no way' },
    {
      title: 'every cause',
      error: new Error('outer', { cause: new TypeError('inner', { cause: new Error('core') }) }),
      words: 'outer (caused by TypeError: inner (caused by core))',
    },
    {
      title: "an answer that could not be read, without the SDK's advice to developers",
      error: Object.assign(
        new Error(
          '@aws-sdk XML parse error: unexpected content.\n  Deserialization error: to see the raw response, inspect the hidden field {error}.$response on this object.',
        ),
        { $metadata: { httpStatusCode: 502 } },
      ),
      words: '@aws-sdk XML parse error: unexpected content (in the answer, HTTP 502)',
    },
    { title: 'what is no error', error: 42, words: '42' },
  ])('$title', ({ error, words }) => {
    expect(describeError(error)).toBe(words);
  });

  test('codes are read where they are, and nowhere else', () => {
    expect([errorCode(serviceError('AuthFailure')), errorCode('text'), errorCode(undefined)]).toEqual([
      'AuthFailure',
      'Error',
      'Error',
    ]);
    expect([
      systemCode(systemError('EPIPE')),
      systemCode(new Error('x')),
      systemCode({ code: 7 }),
      systemCode(null),
    ]).toEqual(['EPIPE', undefined, undefined, undefined]);
  });
});
