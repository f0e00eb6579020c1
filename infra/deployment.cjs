// What serverless.yml includes.
const { buildOnce } = require('./build.cjs');
const { namesOf } = require('./names.cjs');
const { resourcesOf } = require('./resources.cjs');

module.exports = async () => {
  const { file, gaps } = await buildOnce();
  return { deployment: file.deployment, names: namesOf(file), resources: resourcesOf(file, gaps) };
};
