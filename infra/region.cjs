const { buildOnce } = require('./build.cjs');
const { regionsOf } = require('./places.cjs');

/** Where to deploy when neither --region nor the environment says: the one Region that the functions' own roles back up. */
function regionOf({ targets }, argv, note = () => undefined) {
  const regions = regionsOf(
    targets.filter(({ rolePrefix, copiesOnly }) => rolePrefix === undefined && copiesOnly !== true),
  );
  if (regions.length === 1) return regions[0];
  // The template names no Region, so packaging, which needs no AWS, needs none either. What `deploy --package` reads does.
  if (argv[2] === 'package') {
    note(
      'no Region: packaged as if for us-east-1; name one with --region or AWS_REGION to deploy this package',
    );
    return 'us-east-1';
  }
  const expected = regions.length > 1 ? `one of the targets ${regions.join(', ')}` : 'such as ap-northeast-2';
  const error = new Error(`no Region: name one with --region or AWS_REGION, ${expected}`);
  // Serverless prints the stack where there is one, and this one says nothing.
  error.stack = undefined;
  throw error;
}

module.exports = async () =>
  regionOf((await buildOnce()).file, process.argv, (text) => process.stderr.write(`${text}\n`));
module.exports.regionOf = regionOf;
