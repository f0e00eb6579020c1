// Patterns of ARNs that the roles are limited to.
const { sub } = require('./iam.cjs');

const HERE = '${AWS::Region}';

const INSTANCES = sub('arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:instance/*');
const VOLUMES = sub('arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:volume/*');

// EC2 leaves the account out of these.
const imagesIn = (region) => sub(`arn:\${AWS::Partition}:ec2:${region}::image/*`);
const snapshotsIn = (region) => sub(`arn:\${AWS::Partition}:ec2:${region}::snapshot/*`);
const IMAGES = imagesIn(HERE);
const SNAPSHOTS = snapshotsIn(HERE);

/** For calls that know no resources. */
const IN_THIS_REGION = { StringEquals: { 'aws:RequestedRegion': sub(HERE) } };

module.exports = { HERE, IMAGES, IN_THIS_REGION, INSTANCES, SNAPSHOTS, VOLUMES, imagesIn, snapshotsIn };
