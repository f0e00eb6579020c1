import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** Where code of a folder may import from; everything else is refused. */
const direction = {
  'src/lib/policy': [],
  'src/lib/plan': ['src/lib/policy'],
  'src/lib/aws': ['src/lib/policy', 'src/lib/plan'],
  'src/lib/report': ['src/lib/policy', 'src/lib/plan', 'src/lib/run'],
  'src/lib/run': ['src/lib/policy', 'src/lib/plan', 'src/lib/aws'],
  'src/simulator': [],
  'src/handlers': ['src/lib'],
  'src/cli': ['src/lib', 'src/simulator'],
};

const zones = Object.entries(direction).map(([target, allowed]) => ({
  target: `./${target}`,
  from: './src',
  except: [target, ...allowed].map((folder) => `./${folder.replace(/^src\//, '')}`),
  message: `${target} imports from ${allowed.join(', ') || 'itself'} only (design.md, "The house").`,
}));

const mutating = [
  'AttachVolumeCommand',
  'AuthorizeSecurityGroupEgressCommand',
  'CopyImageCommand',
  'CopySnapshotCommand',
  'CreateImageCommand',
  'CreateLifecyclePolicyCommand',
  'CreateReplaceRootVolumeTaskCommand',
  'CreateSecurityGroupCommand',
  'CreateSnapshotCommand',
  'CreateSnapshotsCommand',
  'CreateTagsCommand',
  'CreateVolumeCommand',
  'DeleteLifecyclePolicyCommand',
  'DeleteSecurityGroupCommand',
  'DeleteSnapshotCommand',
  'DeleteTagsCommand',
  'DeregisterImageCommand',
  'ModifyImageAttributeCommand',
  'ModifySnapshotAttributeCommand',
  'RegisterImageCommand',
  'RestoreSnapshotTierCommand',
  'RevokeSecurityGroupEgressCommand',
  'RunInstancesCommand',
  'SendCommandCommand',
  'TagResourceCommand',
  'TerminateInstancesCommand',
  'UntagResourceCommand',
  'UpdateLifecyclePolicyCommand',
];

const noClock = [
  {
    selector: "MemberExpression[object.name='Date'][property.name='now']",
    message: 'Take the time as a value.',
  },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Take the time as a value.' },
  { selector: "CallExpression[callee.name='Date']", message: 'Take the time as a value.' },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'Deciding code is deterministic.',
  },
];

const sdk = { group: ['@aws-sdk/*', '@smithy/*'], message: 'Only src/lib/aws speaks to the SDK.' };
const process = { group: ['node:*'], message: 'Deciding code knows no machine.' };

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/'] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['eslint.config.js'] } } },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [importX.createNodeResolver({ extensions: ['.ts', '.js'] })] },
    rules: {
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones }],
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 60 }],
      'max-params': ['error', { max: 4 }],
      complexity: ['error', { max: 15 }],
      eqeqeq: 'error',
      'no-console': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/promise-function-async': 'off',
      // How a field is left out of a copy.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
    },
  },
  {
    files: ['src/lib/policy/**', 'src/lib/plan/**'],
    ignores: ['src/lib/policy/load-policies.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...noClock],
      'no-restricted-globals': ['error', 'process', 'performance', 'setTimeout', 'setInterval', 'fetch'],
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: [sdk, process] }],
    },
  },
  {
    files: ['src/lib/run/**', 'src/lib/report/**', 'src/cli/**', 'src/handlers/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: [sdk] }],
    },
  },
  {
    files: ['src/lib/aws/**'],
    // dry-run.ts asks EC2 what it would do, and sends nothing without DryRun.
    ignores: ['src/lib/aws/mutate.ts', 'src/lib/aws/mutate-*.ts', 'src/lib/aws/dry-run.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: ['@aws-sdk/client-ec2', '@aws-sdk/client-dlm', '@aws-sdk/client-ssm'].map((name) => ({
            name,
            importNames: mutating,
            message: 'Only mutate.ts and mutate-*.ts change an account.',
          })),
        },
      ],
    },
  },
  {
    files: ['src/simulator/**'],
    rules: {
      'no-restricted-syntax': ['error', ...noClock],
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [{ ...sdk, allowTypeImports: true, message: 'The simulator imports SDK types only.' }] },
      ],
    },
  },
  {
    files: ['src/cli/**'],
    ignores: ['src/cli/main.ts'],
    rules: { 'no-restricted-globals': ['error', 'process'] },
  },
  {
    files: ['test/**'],
    rules: { 'max-lines': 'off', 'max-lines-per-function': 'off', 'max-params': 'off' },
  },
  { files: ['scripts/**', 'bench/**', 'test/chaos/main.ts'], rules: { 'no-console': 'off' } },
  { files: ['**/*.{js,cjs}'], extends: [tseslint.configs.disableTypeChecked] },
  // osls loads what serverless.yml includes with require.
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
);
