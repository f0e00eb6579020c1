const { buildOnce } = require('./build.cjs');
const { regionsOf } = require('./places.cjs');

/** Where to deploy when neither --region nor the environment says: the one Region that the functions' own roles work in. */
function regionOf({ targets }, argv) {
  const regions = regionsOf(targets.filter(({ rolePrefix }) => rolePrefix === undefined));
  if (regions.length === 1) return regions[0];
  // The template names no Region, so packaging, which needs no AWS, needs none either.
  if (argv[2] === 'package') return 'us-east-1';
  const expected = regions.length > 1 ? `one of the targets ${regions.join(', ')}` : 'such as ap-northeast-2';
  throw new Error(`no Region: name one with --region or AWS_REGION, ${expected}`);
}

module.exports = async () => regionOf((await buildOnce()).file, process.argv);
module.exports.regionOf = regionOf;
