// What serverless.yml includes.
const { buildOnce } = require('./build.cjs');
const { namesOf } = require('./names.cjs');
const { resourcesOf } = require('./resources.cjs');

module.exports = async () => {
  const { file, fingerprint, gaps } = await buildOnce();
  return {
    deployment: file.deployment,
    fingerprint,
    names: namesOf(file),
    resources: resourcesOf(file, gaps),
  };
};
