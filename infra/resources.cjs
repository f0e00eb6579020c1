const { alarms } = require('./alarms.cjs');
const { dashboard } = require('./dashboard.cjs');
const { dlmRoles } = require('./dlm-roles.cjs');
const { events } = require('./events.cjs');
const { functionRoles } = require('./function-roles.cjs');
const { withinLimits } = require('./limits.cjs');
const { mappings } = require('./mappings.cjs');
const { ID, JOBS, TOPIC_ID } = require('./names.cjs');
const { ownRegions, regionsOf, sourcesOf } = require('./places.cjs');
const { queues } = require('./queues.cjs');
const { rehearsalProfile } = require('./rehearsal-profile.cjs');
const { schedules } = require('./schedules.cjs');
const { topic } = require('./topic.cjs');

/**
 * Everything of the template but the functions and their logs, which Serverless adds. Pure. `gaps` are the
 * longest times between two runs of `watch` and of `replicate`, in whole hours.
 */
function resourcesOf(file, gaps) {
  const made = alarms(file, gaps);
  return withinLimits({
    Description: `ec2-backup, deployment ${file.deployment}`,
    Resources: {
      ...functionRoles(file),
      ...Object.assign({}, ...backedUpHere(file).map((region) => dlmRoles(file, region))),
      ...Object.assign({}, ...ownRegions(file, 'rehearse').map((region) => rehearsalProfile(file, region))),
      ...queues(file),
      ...mappings(),
      ...schedules(file),
      ...events(file),
      ...topic(file),
      ...made,
      ...dashboard(file, Object.values(made).map(nameOf)),
    },
    Outputs: {
      ...Object.fromEntries(JOBS.flatMap((job) => outputsOf(job))),
      [TOPIC_ID]: { Description: 'Where alarms and the digest go', Value: { Ref: TOPIC_ID } },
    },
  });
}

/** The Regions of this account in which DLM may be asked for backups. */
function backedUpHere(file) {
  return regionsOf(sourcesOf(file).filter(({ rolePrefix }) => rolePrefix === undefined));
}

/** With `${…}` still in it. */
function nameOf({ Properties: { AlarmName } }) {
  return AlarmName['Fn::Sub'] ?? AlarmName;
}

function outputsOf(job) {
  const { queue, deadLetters, failed, undelivered } = ID[job];
  return [
    [queue, `Requests for ${job}`],
    [deadLetters, `Requests for ${job} that failed three times`],
    [failed, `Runs of ${job} by hand that failed`],
    [undelivered, `Schedules of ${job} not delivered`],
  ].map(([id, description]) => [`${id}Url`, { Description: description, Value: { Ref: id } }]);
}

module.exports = { resourcesOf };
