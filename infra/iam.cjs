// The words that the roles are written in.

/** Text in which CloudFormation fills in `${…}`. */
const sub = (text) => (text.includes('${') ? { 'Fn::Sub': text } : text);
const arnOf = (id) => ({ 'Fn::GetAtt': [id, 'Arn'] });

/** One statement; `condition` is left out where there is none. */
function allow(sid, { actions, resources, condition }) {
  return statement('Allow', sid, { actions, resources, condition });
}

function deny(sid, { actions, resources, condition }) {
  return statement('Deny', sid, { actions, resources, condition });
}

/** Whatever carries `Backup:Hold`, or what `optInTag` makes of it. */
function keepWhatIsHeld({ optInTag }, actions) {
  return deny('KeepWhatIsHeld', {
    actions,
    resources: '*',
    condition: { Null: { [`aws:ResourceTag/${optInTag}:Hold`]: 'false' } },
  });
}

function statement(effect, sid, { actions, resources, condition }) {
  return {
    Sid: sid,
    Effect: effect,
    Action: actions,
    Resource: resources,
    ...(condition && { Condition: condition }),
  };
}

/**
 * A role that one principal may take on, under a condition if one is given, with these statements and no others. Its
 * name is CloudFormation's unless `name` is given, and a `path` with it.
 */
function role({ name, path, description, principal, condition, statements }) {
  const trust = { Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' };
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      ...(name && { RoleName: sub(name) }),
      ...(path && { Path: path }),
      Description: description,
      AssumeRolePolicyDocument: document([{ ...trust, ...(condition && { Condition: condition }) }]),
      Policies: [{ PolicyName: 'what-it-may-do', PolicyDocument: document(statements) }],
    },
  };
}

function document(statements) {
  return { Version: '2012-10-17', Statement: statements };
}

module.exports = { allow, arnOf, deny, document, keepWhatIsHeld, role, sub };
