"""Patches for machines: launched once a token, of the AMI's snapshots, into which groups, and with what agent in them."""

from copy import copy
from fnmatch import fnmatchcase

from moto.core.responses import ActionResult
from moto.ec2 import utils
from moto.ec2.exceptions import DependencyViolationError, EC2ClientError
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.instances import Instance
from moto.ec2.responses import EC2Response
from moto.ssm.models import Command
from moto.ssm.responses import SimpleSystemManagerResponse
from patches import fills, once_a_token

MOTO_MAPPINGS = EC2Response._parse_block_device_mapping


@fills(EC2Response, "_parse_block_device_mapping")
def launch_mappings(self):
    """Those of the AMI, with what the launch says otherwise. moto makes one volume of nothing whatever the AMI maps."""
    ami = self.ec2_backend.amis.get(self._get_param("ImageId"))
    if not hasattr(ami, "backed_up"):
        return MOTO_MAPPINGS(self)
    given = {each["DeviceName"]: each.get("Ebs", {}) for each in self._get_param("BlockDeviceMappings", [])}
    for device, ebs in given.items():
        if device not in ami.backed_up and not ebs.get("SnapshotId") and not ebs.get("VolumeSize"):
            raise EC2ClientError("InvalidBlockDeviceMapping", f"The AMI does not map {device}")
    mapped = {each["DeviceName"]: each["Ebs"] for each in ami.block_device_mappings}
    devices = dict.fromkeys([*mapped, *given])
    return [{"DeviceName": device, "Ebs": {**mapped.get(device, {}), **given.get(device, {})}} for device in devices]


MOTO_RUN = EC2Response.run_instances


@fills(EC2Response, "run_instances")
@once_a_token(lambda backend, reservation: reservation.id in backend.reservations)
def run_instances(self):
    answer = MOTO_RUN(self)
    for instance in answer.result.instances:
        # Those of its interface: moto leaves them out when the launch names them there.
        instance.security_groups = instance.security_groups or instance.nics[0].group_set
    return answer


MOTO_PASSES = utils.passes_filter_dict


@fills(utils, "passes_filter_dict")
def passes_filter_dict(instance, filters):
    others = dict(filters)
    tokens = others.pop("client-token", None)
    if tokens and not any(fnmatchcase(instance.client_token or "", token) for token in tokens):
        return False
    return MOTO_PASSES(instance, others)


MOTO_TERMINATE = Instance.terminate


@fills(Instance, "terminate")
def terminate(self):
    """Once more is no error."""
    return copy(self._state) if self.state == "terminated" else MOTO_TERMINATE(self)


MOTO_DELETE_GROUP = EC2Backend.delete_security_group


@fills(EC2Backend, "delete_security_group")
def delete_security_group(self, name=None, group_id=None):
    for instance in self.all_instances():
        groups = [group.id for nic in instance.nics.values() for group in nic.group_set]
        if instance.state != "terminated" and group_id in groups:
            raise DependencyViolationError(f"resource {group_id} has a dependent object")
    return MOTO_DELETE_GROUP(self, name, group_id)


@fills(SimpleSystemManagerResponse, "describe_instance_information")
def describe_instance_information(self):
    """An agent, online, on all that runs with an instance profile; an empty page first, as Systems Manager may."""
    if self._get_param("NextToken") is None:
        return ActionResult({"InstanceInformationList": [], "NextToken": "more"})
    wanted = [value for each in self._get_param("Filters", []) for value in each["Values"]]
    found = [
        {"InstanceId": each.id, "PingStatus": "Online", "PlatformType": "Linux", "ResourceType": "EC2Instance"}
        for each in ec2_backends[self.current_account][self.region].all_instances()
        if each.id in wanted and each.state == "running" and each.iam_instance_profile
    ]
    return ActionResult({"InstanceInformationList": found})


MOTO_TARGETS = Command._get_instance_ids_from_targets


@fills(Command, "_get_instance_ids_from_targets")
def instances_of_targets(self):
    """No targets are no instances: to moto they are all that there are."""
    return MOTO_TARGETS(self) if self.targets else []


MOTO_COMMANDS = SimpleSystemManagerResponse.list_commands


@fills(SimpleSystemManagerResponse, "list_commands")
def list_commands(self):
    if self._get_param("NextToken") is None:
        return ActionResult({"Commands": [], "NextToken": "more"})
    return MOTO_COMMANDS(self)
