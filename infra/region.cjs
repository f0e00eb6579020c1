const { buildOnce } = require('./build.cjs');

/** Where to deploy when neither --region nor the environment says: the one Region of the file's targets. */
function regionOf({ targets }, argv) {
  const regions = [...new Set(targets.map(({ region }) => region))];
  if (regions.length === 1) return regions[0];
  // The template names no Region, so packaging, which needs no AWS, needs none either.
  if (argv[2] === 'package') return 'us-east-1';
  const expected = regions.length > 1 ? `one of the targets ${regions.join(', ')}` : 'such as ap-northeast-2';
  throw new Error(`no Region: name one with --region or AWS_REGION, ${expected}`);
}

module.exports = async () => regionOf(await buildOnce(), process.argv);
module.exports.regionOf = regionOf;
