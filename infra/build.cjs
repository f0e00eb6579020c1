// Serverless asks for the deployment in several places of serverless.yml: the Lambdas are bundled once.
let built;

/**
 * Bundles the Lambdas with the policy file, by default policies.yml, compiled into them. Answers that file, validated, with
 * what packaging has to know of it; rejects with every problem of it.
 */
function buildOnce() {
  built ??= build(process.env.EC2_BACKUP_POLICIES || 'policies.yml');
  return built;
}

async function build(path) {
  const { buildLambdas } = await import('../scripts/build-lambdas.js');
  try {
    return await buildLambdas(path);
  } catch (error) {
    // Serverless prints the stack where there is one, and the problems of the file are enough.
    if (error.name === 'PolicyFileError') error.stack = undefined;
    throw error;
  }
}

module.exports = { buildOnce };
