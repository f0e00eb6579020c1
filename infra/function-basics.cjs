// What the roles of the functions have in common.
const { allow, arnOf, sub } = require('./iam.cjs');
const { ID, namesOf } = require('./names.cjs');

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

module.exports = { functionBasics };
