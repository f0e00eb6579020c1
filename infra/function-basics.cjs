// What the roles of the functions have in common.
const { allow, arnOf, sub } = require('./iam.cjs');
const { ID, namesOf } = require('./names.cjs');

// EC2 leaves the account out of these.
const IMAGES = sub('arn:${AWS::Partition}:ec2:${AWS::Region}::image/*');
const SNAPSHOTS = sub('arn:${AWS::Partition}:ec2:${AWS::Region}::snapshot/*');

/** For calls that know no resources. */
const IN_THIS_REGION = { StringEquals: { 'aws:RequestedRegion': sub('${AWS::Region}') } };

/** Its own log, and the queue that its failed runs go to. The log group comes with the stack. */
function functionBasics(file, job) {
  const group = `/aws/lambda/${namesOf(file).functions[job]}`;
  return [
    allow('WriteItsLog', {
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: sub(`arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:${group}:*`),
    }),
    allow('HandOverFailedRuns', { actions: 'sqs:SendMessage', resources: arnOf(ID[job].failed) }),
  ];
}

module.exports = { functionBasics, IMAGES, IN_THIS_REGION, SNAPSHOTS };
