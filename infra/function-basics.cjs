// What the roles of the functions have in common.
const { allow, arnOf, sub } = require('./iam.cjs');
const { ID, namesOf } = require('./names.cjs');

/** Its own log, its own queue with what it sends on to itself, and the queue that its failed runs go to. */
function functionBasics(file, job) {
  // The log group comes with the stack.
  const group = `/aws/lambda/${namesOf(file).functions[job]}`;
  return [
    allow('WriteItsLog', {
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: sub(`arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:${group}:*`),
    }),
    allow('WorkOffItsQueue', {
      // Lambda reads the queue in the function's name.
      actions: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
      resources: arnOf(ID[job].queue),
    }),
    allow('SendOnAndHandOver', {
      actions: 'sqs:SendMessage',
      resources: [arnOf(ID[job].queue), arnOf(ID[job].failed)],
    }),
  ];
}

module.exports = { functionBasics };
