/** The policy file, validated and compiled to JSON when the Lambdas are packaged (scripts/build-lambdas.js). */
declare module 'ec2-backup:policies' {
  const compiled: unknown;
  export default compiled;
}
