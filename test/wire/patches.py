"""The gaps of moto that are filled, by the names that README.md lists, and what the patches share."""

import re

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
