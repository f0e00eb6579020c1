const { allow, sub } = require('./iam.cjs');

/** Every key of a Region: one may belong to another account. */
const keysIn = (region) => sub(`arn:\${AWS::Partition}:kms:${region}:*:key/*`);

/**
 * Keys used through EC2 of these Regions, and by nobody directly. Without them a snapshot of an encrypted volume, or the
 * copy of one, ends in `error` with a StateMessage, long after the call.
 */
function keysThroughEc2(keys, regions) {
  const services = regions.map((region) => sub(`ec2.${region}.amazonaws.com`));
  const viaEc2 = { StringLike: { 'kms:ViaService': services } };
  return [
    allow('UseKeysThroughEc2', {
      actions: [
        'kms:Decrypt',
        'kms:DescribeKey',
        'kms:GenerateDataKeyWithoutPlaintext',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
      ],
      resources: keys,
      condition: viaEc2,
    }),
    allow('LetEc2UseKeys', {
      actions: 'kms:CreateGrant',
      resources: keys,
      condition: { ...viaEc2, Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    }),
  ];
}

module.exports = { keysIn, keysThroughEc2 };
