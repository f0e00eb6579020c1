// The words that the roles are written in.

const sub = (text) => ({ 'Fn::Sub': text });
const arnOf = (id) => ({ 'Fn::GetAtt': [id, 'Arn'] });

/** One statement; `condition` is left out where there is none. */
function allow(sid, { actions, resources, condition }) {
  return statement('Allow', sid, { actions, resources, condition });
}

function deny(sid, { actions, resources, condition }) {
  return statement('Deny', sid, { actions, resources, condition });
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

/** A role that one service may take on, under a condition if one is given, with these statements and no others. */
function role({ description, service, condition, statements }) {
  const trust = { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' };
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      Description: description,
      AssumeRolePolicyDocument: document([{ ...trust, ...(condition && { Condition: condition }) }]),
      Policies: [{ PolicyName: 'what-it-may-do', PolicyDocument: document(statements) }],
    },
  };
}

function document(statements) {
  return { Version: '2012-10-17', Statement: statements };
}

module.exports = { allow, arnOf, deny, role, sub };
