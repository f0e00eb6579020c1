const { allow, sub } = require('./iam.cjs');
const { ANY, instancesIn } = require('./ec2-arns.cjs');

// What DLM runs for a policy that says AWS_VSS_BACKUP.
const VSS_DOCUMENT = 'AWSEC2-CreateVssSnapshot';

/** By name or ARN: those that make the snapshots themselves. */
function isVss(document) {
  return /(?:^|\/)AWSEC2-(?:VssInstallAndSnapshot|CreateVssSnapshot)$/.test(document);
}

/**
 * What the backup function does for a policy with hooks: those documents, on instances. Any instance: which are backed up is
 * said by tags that a condition could not all name, and a document of this contract is all that can be run.
 */
function hooksOfBackups({ policies }) {
  const documents = [...new Set(policies.flatMap(({ hooks }) => (hooks ? [hooks.document] : [])))].sort();
  if (documents.length === 0) return [];
  const arns = documents.map((document) =>
    isOfAws(document) ? awsArn(document) : documentArn(document, ANY),
  );
  return [
    allow('SeeHowScriptsEnded', {
      actions: [
        'ssm:DescribeInstanceInformation',
        'ssm:ListCommandInvocations',
        // By them a command of VSS is found again, so that it is sent once a slot.
        ...(documents.some(isVss) ? ['ssm:ListCommands'] : []),
      ],
      resources: '*',
    }),
    // For doctor.
    allow('LookAtScripts', { actions: 'ssm:DescribeDocument', resources: arns }),
    // SendCommand asks for the document and for the instance, each by itself.
    allow('RunScripts', { actions: 'ssm:SendCommand', resources: [...arns, instancesIn(ANY)] }),
  ];
}

/** Pre and post scripts of DLM's policies: those documents, on instances, and to see how they ended. */
function hooks(documents, region) {
  const arns = documents.map((document) => documentArn(document, region));
  return [
    allow('SeeHowScriptsEnded', {
      actions: ['ssm:DescribeInstanceInformation', 'ssm:GetCommandInvocation', 'ssm:ListCommands'],
      resources: '*',
    }),
    allow('ReadScripts', { actions: ['ssm:DescribeDocument', 'ssm:GetDocument'], resources: arns }),
    // SendCommand asks for the document and for the instance, each by itself.
    allow('RunScripts', { actions: 'ssm:SendCommand', resources: [...arns, instancesIn(region)] }),
  ];
}

/** By its name: only those of AWS may begin so. */
function isOfAws(document) {
  return /^(?:aws|amazon|amzn)/i.test(document);
}

/** Its own documents have no account. */
function awsArn(name) {
  return sub(`arn:\${AWS::Partition}:ssm:${ANY}::document/${name}`);
}

/** From a document's name or ARN. */
function documentArn(document, region) {
  if (document.startsWith('arn:')) return document;
  const name = document === 'AWS_VSS_BACKUP' ? VSS_DOCUMENT : document;
  const owner = isOfAws(name) ? '*' : '${AWS::AccountId}';
  return sub(`arn:\${AWS::Partition}:ssm:${region}:${owner}:document/${name}`);
}

module.exports = { hooks, hooksOfBackups };
