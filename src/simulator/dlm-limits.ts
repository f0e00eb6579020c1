import { structure, type Limit, type StructureLimit } from './dlm-limits-check.ts';

/**
 * What each field of DLM's requests may hold by itself, as the API model of 2018-01-12 has it. What holds between
 * fields is in dlm-limits-rules.ts.
 */

const BOOLEAN: Limit = { kind: 'boolean' };
const FROM_ONE: Limit = { kind: 'integer', min: 1 };
const COUNT: Limit = { kind: 'integer', min: 1, max: 1000 };
const TEXT: Limit = { kind: 'string', max: 500 };

function text(max: number, pattern: RegExp): Limit {
  return { kind: 'string', max, pattern };
}

function oneOf(...values: readonly string[]): Limit {
  return { kind: 'string', values };
}

function list(of: Limit, min: number, max = Infinity): Limit {
  return { kind: 'list', of, min, max };
}

const AGE_UNIT = oneOf('DAYS', 'WEEKS', 'MONTHS', 'YEARS');
const RESOURCE_TYPE = oneOf('VOLUME', 'INSTANCE');
const NAME = text(120, /^[0-9A-Za-z _-]+$/u);
const REGION = text(16, /^([a-z]+-){2,3}\d$/u);
const PLACE = text(2048, /^[A-Za-z0-9_:\-/*]+$/u);
const KEY_ARN = text(2048, /^arn:aws(-[a-z]{1,3}){0,2}:kms:([a-z]+-){2,3}\d:\d+:key\/.*$/u);
const ROLE_ARN = text(2048, /^arn:aws(-[a-z]{1,3}){0,2}:iam::\d+:role\/.*$/u);
const ACCOUNT: Limit = { kind: 'string', min: 12, max: 12, pattern: /^\d{12}$/u };
const STATE = oneOf('ENABLED', 'DISABLED');
const DESCRIPTION = text(500, /^[0-9A-Za-z _-]+$/u);
const TAG = structure({ Key: TEXT, Value: TEXT }, ['Key', 'Value']);

export const POLICY_ID = text(64, /^policy-[a-f0-9]+$/u);
export const POLICY_ARN = text(
  2048,
  /^arn:aws(-[a-z]{1,3}){0,2}:dlm:[A-Za-z0-9_/.-]{0,63}:\d+:policy\/[0-9A-Za-z_-]{1,128}$/u,
);

/** Of a lifecycle policy's own tags. `+-=` is a range, which holds the digits, `,`, `.`, `/`, `:`, `;` and `<`. */
export const TAG_KEY: Limit = {
  kind: 'string',
  min: 1,
  max: 128,
  pattern: /^(?!aws:)[a-zA-Z+-=._:/]+$/u,
};
export const TAGS: Limit = { kind: 'map', key: TAG_KEY, of: { kind: 'string', max: 256 }, min: 1, max: 200 };

const age = { Interval: FROM_ONE, IntervalUnit: AGE_UNIT };
const countOrAge = { Count: COUNT, ...age };

const CREATE_RULE = structure({
  Location: oneOf('CLOUD', 'OUTPOST_LOCAL', 'LOCAL_ZONE'),
  Interval: FROM_ONE,
  IntervalUnit: oneOf('HOURS'),
  Times: list({ kind: 'string', min: 5, max: 5, pattern: /^([01]\d|2[0-3]):[0-5]\d$/u }, 0, 1),
  CronExpression: { kind: 'string', min: 17, max: 106, pattern: /^cron\([^\n]{11,100}\)$/u },
  Scripts: list(
    structure(
      {
        Stages: list(oneOf('PRE', 'POST'), 1, 2),
        ExecutionHandlerService: oneOf('AWS_SYSTEMS_MANAGER'),
        ExecutionHandler: text(200, /^([a-zA-Z0-9_\-.]{3,128}|[a-zA-Z0-9_\-.:/]{3,200}|[A-Z0-9_]+)$/u),
        ExecuteOperationOnScriptFailure: BOOLEAN,
        ExecutionTimeout: { kind: 'integer', min: 10, max: 120 },
        MaximumRetryCount: { kind: 'integer', min: 0, max: 3 },
      },
      ['ExecutionHandler'],
    ),
    0,
    1,
  ),
});

const COPY_RULE = structure(
  {
    TargetRegion: REGION,
    Target: PLACE,
    Encrypted: BOOLEAN,
    CmkArn: KEY_ARN,
    CopyTags: BOOLEAN,
    RetainRule: structure(age),
    DeprecateRule: structure(age),
  },
  ['Encrypted'],
);

const SCHEDULE = structure({
  Name: NAME,
  CopyTags: BOOLEAN,
  TagsToAdd: list(TAG, 0, 45),
  VariableTags: list(TAG, 0, 45),
  CreateRule: CREATE_RULE,
  RetainRule: structure({
    Count: { kind: 'integer', min: 0, max: 1000 },
    Interval: { kind: 'integer', min: 0 },
    IntervalUnit: AGE_UNIT,
  }),
  FastRestoreRule: structure({
    ...countOrAge,
    AvailabilityZones: list(text(16, /^([a-z]+-){2,3}\d[a-z]$/u), 1, 10),
    AvailabilityZoneIds: list(text(16, /^[a-z]{3,4}\d-az\d+$/u), 1, 10),
  }),
  CrossRegionCopyRules: list(COPY_RULE, 0, 3),
  ShareRules: list(
    structure(
      { TargetAccounts: list(ACCOUNT, 1), UnshareInterval: FROM_ONE, UnshareIntervalUnit: AGE_UNIT },
      ['TargetAccounts'],
    ),
    0,
    1,
  ),
  DeprecateRule: structure(countOrAge),
  ArchiveRule: structure(
    {
      RetainRule: structure({ RetentionArchiveTier: structure(countOrAge) }, ['RetentionArchiveTier']),
    },
    ['RetainRule'],
  ),
});

const EVENT_SOURCE = structure(
  {
    Type: oneOf('MANAGED_CWE'),
    Parameters: structure(
      {
        EventType: oneOf('shareSnapshot'),
        SnapshotOwner: list(ACCOUNT, 0, 50),
        DescriptionRegex: { kind: 'string', max: 1000 },
      },
      ['EventType', 'SnapshotOwner', 'DescriptionRegex'],
    ),
  },
  ['Type'],
);

const ACTION = structure(
  {
    Name: NAME,
    CrossRegionCopy: list(
      structure(
        {
          Target: PLACE,
          EncryptionConfiguration: structure({ Encrypted: BOOLEAN, CmkArn: KEY_ARN }, ['Encrypted']),
          RetainRule: structure(age),
        },
        ['Target', 'EncryptionConfiguration'],
      ),
      0,
      3,
    ),
  },
  ['Name', 'CrossRegionCopy'],
);

/** What a default policy takes in the request's body or in PolicyDetails. */
const simplified = {
  CreateInterval: FROM_ONE,
  RetainInterval: FROM_ONE,
  CopyTags: BOOLEAN,
  ExtendDeletion: BOOLEAN,
  CrossRegionCopyTargets: list(structure({ TargetRegion: REGION }), 0, 3),
  Exclusions: structure({
    ExcludeBootVolumes: BOOLEAN,
    ExcludeVolumeTypes: list({ kind: 'string' }, 0, 6),
    ExcludeTags: list(TAG, 0, 50),
  }),
};

export const SIMPLIFIED_FIELDS: readonly string[] = Object.keys(simplified);

const DETAILS = structure({
  PolicyType: oneOf('EBS_SNAPSHOT_MANAGEMENT', 'IMAGE_MANAGEMENT', 'EVENT_BASED_POLICY'),
  ResourceTypes: list(RESOURCE_TYPE, 1, 1),
  ResourceLocations: list(oneOf('CLOUD', 'OUTPOST', 'LOCAL_ZONE'), 1, 1),
  TargetTags: list(TAG, 1, 50),
  Schedules: list(SCHEDULE, 1, 4),
  Parameters: structure({
    ExcludeBootVolume: BOOLEAN,
    NoReboot: BOOLEAN,
    ExcludeDataVolumeTags: list(TAG, 0, 50),
  }),
  EventSource: EVENT_SOURCE,
  Actions: list(ACTION, 1, 1),
  PolicyLanguage: oneOf('SIMPLIFIED', 'STANDARD'),
  ResourceType: RESOURCE_TYPE,
  ...simplified,
});

export const CREATE_REQUEST: StructureLimit = structure(
  {
    ExecutionRoleArn: ROLE_ARN,
    Description: DESCRIPTION,
    State: STATE,
    PolicyDetails: DETAILS,
    Tags: TAGS,
    DefaultPolicy: RESOURCE_TYPE,
    ...simplified,
  },
  ['ExecutionRoleArn', 'Description', 'State'],
);

export const UPDATE_REQUEST: StructureLimit = structure(
  {
    PolicyId: POLICY_ID,
    ExecutionRoleArn: ROLE_ARN,
    State: STATE,
    Description: DESCRIPTION,
    PolicyDetails: DETAILS,
    ...simplified,
  },
  ['PolicyId'],
);

const FILTER: Limit = { kind: 'string', max: 256 };

export const LIST_REQUEST: StructureLimit = structure({
  PolicyIds: list(POLICY_ID, 0),
  State: oneOf('ENABLED', 'DISABLED', 'ERROR'),
  ResourceTypes: list(RESOURCE_TYPE, 1, 1),
  TargetTags: list(FILTER, 1, 50),
  TagsToAdd: list(FILTER, 0, 50),
  DefaultPolicyType: oneOf('VOLUME', 'INSTANCE', 'ALL'),
});

export const BY_ID: StructureLimit = structure({ PolicyId: POLICY_ID }, ['PolicyId']);
export const BY_ARN: StructureLimit = structure({ ResourceArn: POLICY_ARN }, ['ResourceArn']);
export const TAG_REQUEST: StructureLimit = structure({ ResourceArn: POLICY_ARN, Tags: TAGS }, [
  'ResourceArn',
  'Tags',
]);
export const UNTAG_REQUEST: StructureLimit = structure(
  { ResourceArn: POLICY_ARN, TagKeys: list(TAG_KEY, 1, 200) },
  ['ResourceArn', 'TagKeys'],
);
