const { createHash } = require('node:crypto');
const { document, sub } = require('./iam.cjs');
const { TOPIC_ID, namesOf } = require('./names.cjs');

/** Where alarms and the digest go, and the addresses of `notify`, each of which confirms its subscription once by mail. */
function topic(file) {
  return {
    // Not encrypted: alarms cannot publish under the key of AWS that would cost nothing.
    [TOPIC_ID]: {
      Type: 'AWS::SNS::Topic',
      Properties: { TopicName: namesOf(file).topic, DisplayName: `ec2-backup ${file.deployment}` },
    },
    TopicPolicy: {
      Type: 'AWS::SNS::TopicPolicy',
      Properties: { Topics: [{ Ref: TOPIC_ID }], PolicyDocument: document([letAlarmsPublish()]) },
    },
    ...Object.fromEntries(
      [...new Set(file.notify)].map((address) => [subscriptionId(address), mail(address)]),
    ),
  };
}

/** The digest's function says so in its own role. */
function letAlarmsPublish() {
  return {
    Sid: 'LetAlarmsPublish',
    Effect: 'Allow',
    Principal: { Service: 'cloudwatch.amazonaws.com' },
    Action: 'sns:Publish',
    Resource: { Ref: TOPIC_ID },
    Condition: { StringEquals: { 'aws:SourceAccount': sub('${AWS::AccountId}') } },
  };
}

/** By the address and not by its number in the list: nobody is asked to confirm again because a line was moved. */
function subscriptionId(address) {
  return `Subscription${createHash('sha256').update(address).digest('hex').slice(0, 12)}`;
}

function mail(address) {
  return {
    Type: 'AWS::SNS::Subscription',
    Properties: { TopicArn: { Ref: TOPIC_ID }, Protocol: 'email', Endpoint: address },
  };
}

module.exports = { topic };
