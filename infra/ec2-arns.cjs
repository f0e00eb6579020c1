// Patterns of ARNs that the roles are limited to. A Region is its name, HERE, or ANY.
const { sub } = require('./iam.cjs');

const HERE = '${AWS::Region}';
/** For roles that a Deny keeps in their Regions: places.cjs. */
const ANY = '*';

const instancesIn = (region) => ofAccount(region, 'instance/*');
const volumesIn = (region) => ofAccount(region, 'volume/*');

// EC2 leaves the account out of these.
const imagesIn = (region, id = '*') => sub(`arn:\${AWS::Partition}:ec2:${region}::image/${id}`);
const snapshotsIn = (region, id = '*') => sub(`arn:\${AWS::Partition}:ec2:${region}::snapshot/${id}`);

const ofKind = (kind, region) => ofAccount(region, `${kind}/*`);

function ofAccount(region, rest) {
  return sub(`arn:\${AWS::Partition}:ec2:${region}:\${AWS::AccountId}:${rest}`);
}

module.exports = { ANY, HERE, imagesIn, instancesIn, ofKind, snapshotsIn, volumesIn };
