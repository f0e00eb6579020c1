"""The gaps of moto that are filled, by the names that README.md lists, and what the patches share."""

import json
import re
from functools import wraps

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError

PATCHES = {}


def fills(owner, attribute):
    """Registers what replaces an attribute of moto; its name is the name of the gap."""

    def register(replacement):
        PATCHES[attribute] = (owner, replacement)
        return replacement

    return register


def check_name(backend, name):
    if not re.fullmatch(r"[A-Za-z0-9_./()-]{3,128}", name):
        raise EC2ClientError("InvalidAMIName.Malformed", f"AMI name {name} is malformed")
    for ami in backend.amis.values():
        if ami.name == name:
            raise EC2ClientError("InvalidAMIName.Duplicate", f"AMI name {name} is already in use by AMI {ami.id}")


def is_true(value):
    """Of a boolean parameter, however moto has parsed it."""
    return str(value).lower() == "true"


def once_a_token(is_there):
    """Of a call with a ClientToken: EC2 carries it out once a token, which no other order may have. To moto it is nothing."""

    def decorate(call):
        made = {}

        @wraps(call)
        def once(self):
            backend, token = self.ec2_backend, self._get_param("ClientToken")
            key, asked = (backend.account_id, backend.region_name, token), json.dumps(self._get_params(), default=str)
            result, before = made.get(key, (None, None))
            # What a token made before a reset is gone with it.
            if token is None or result is None or not is_there(backend, result):
                answer = call(self)
                made[key] = (answer.result, asked)
                return answer
            if asked != before:
                raise EC2ClientError("IdempotentParameterMismatch", "the token was used before, with another order")
            return ActionResult(result)

        return once

    return decorate
