"""Serves moto's EC2 on 127.0.0.1 with the gaps filled that the scenarios need. README.md lists each patch.

Prints {"port": N} when it listens. Reads commands from standard input, one a line, and answers each with `done`:
`age SECONDS` moves all that was backed up into the past; `lose ACTION` carries out the next such call, as CreateImage,
and cuts its answer off; dry runs do not count. Ends when standard input does, so it never outlives the test that started it.

    python3 launcher.py [--without NAME ...]    leaves the gap NAME (a key of PATCHES) as moto has it
"""

import argparse
import json
import logging
import os
import sys
from datetime import timedelta
from fnmatch import fnmatchcase

# Nothing is left beside the sources.
sys.dont_write_bytecode = True
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"

from moto.core.responses import ActionResult, BaseResponse
from moto.ec2 import utils
from moto.ec2.exceptions import EC2ClientError, InvalidAMIIdError
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.amis import Ami
from moto.ec2.models.elastic_block_store import Snapshot
from moto.ec2.responses import EC2Response
from moto.server import ThreadedMotoServer

import accounts  # noqa: F401  its patches register themselves
import copies  # noqa: F401
import launches  # noqa: F401
import restores  # noqa: F401
from patches import PATCHES, check_name, fills, is_true

PAGE_SIZE = 2


@fills(EC2Response, "create_image")
def create_image(self):
    backend, name = self.ec2_backend, self._get_param("Name")
    instance = backend.get_instance(self._get_param("InstanceId"))
    check_name(backend, name)
    self.error_on_dryrun()
    tags = self._parse_tag_specification()
    left_out = {each["DeviceName"] for each in self._get_param("BlockDeviceMappings", []) if "NoDevice" in each}
    ami = backend.create_image(instance.id, name, self._get_param("Description", ""), tag_specifications=[])
    ami.add_tags(tags.get("image", {}))
    ami.root_device_name, ami.root_device_type = instance.root_device_name, "ebs"
    # moto's own one snapshot, of a volume that never was.
    del backend.snapshots[ami.ebs_snapshot.id]
    text = f"Created by CreateImage({instance.id}) for {ami.id}"
    ami.backed_up = {}
    for device, attached in instance.block_device_mapping.items():
        if device not in left_out:
            snapshot = backend.create_snapshot(attached.volume_id, text, from_ami=ami.id)
            snapshot.add_tags(tags.get("snapshot", {}))
            ami.backed_up[device] = snapshot
    return ActionResult({"ImageId": ami.id})


MOTO_MAPPINGS = Ami.block_device_mappings


@fills(Ami, "block_device_mappings")
@property
def block_device_mappings(self):
    if not hasattr(self, "backed_up"):
        return MOTO_MAPPINGS.fget(self)
    return [
        {
            "DeviceName": device,
            "Ebs": {
                "SnapshotId": snapshot.id,
                "VolumeSize": snapshot.volume_size,
                "VolumeType": snapshot.volume.volume_type,
                "DeleteOnTermination": device == self.root_device_name,
                **getattr(self, "registered", {}).get(device, {}),
            },
        }
        for device, snapshot in self.backed_up.items()
    ]


@fills(EC2Response, "deregister_image")
def deregister_image(self):
    backend, image_id = self.ec2_backend, self._get_param("ImageId")
    self.error_on_dryrun()
    ami = backend.amis.get(image_id)
    backend.deregister_image(image_id)
    result = {"Return": True}
    if self._get_param("DeleteAssociatedSnapshots", False):
        # In moto a snapshot belongs to one AMI at most, so none is ever skipped.
        ids = [mapping["Ebs"]["SnapshotId"] for mapping in ami.block_device_mappings]
        deleted = [snapshot_id for snapshot_id in ids if backend.snapshots.pop(snapshot_id, None)]
        result["DeleteSnapshotResults"] = [{"SnapshotId": each, "ReturnCode": "success"} for each in deleted]
    return ActionResult(result)


@fills(EC2Backend, "create_snapshots")
def create_snapshots(self, instance_spec, description, tags):
    instance = self.get_instance(instance_spec["InstanceId"])
    root = instance.block_device_mapping[instance.root_device_name].volume_id
    excluded = set(instance_spec.get("ExcludeDataVolumeIds", []))
    if root in excluded:
        raise EC2ClientError("InvalidParameterValue", f"{root} is the root volume: use ExcludeBootVolume")
    if is_true(instance_spec.get("ExcludeBootVolume")):
        excluded.add(root)
    ids = [attached.volume_id for attached in instance.block_device_mapping.values()]
    snapshots = [self.create_snapshot(each, description) for each in ids if each not in excluded]
    for snapshot in snapshots:
        snapshot.start_time = snapshots[0].start_time
        snapshot.add_tags(tags)
    return snapshots


# SnapshotInfo, the answer of CreateSnapshots, calls it State; Snapshot calls it Status.
PATCHES["state"] = (Snapshot, property(lambda snapshot: snapshot.status))


@fills(EC2Response, "describe_image_references")
def describe_image_references(self):
    backend, image_ids = self.ec2_backend, self._get_param("ImageIds", [])
    if len(image_ids) > 10:
        raise EC2ClientError("InvalidParameterValue", f"{len(image_ids)} ImageIds, expected at most 10")
    for image_id in image_ids:
        if image_id not in backend.amis:
            raise InvalidAMIIdError([image_id])
    options = {each["ResourceType"]: option_values(each) for each in self._get_param("ResourceTypes", [])}
    users = []
    if "ec2:Instance" in options:
        states = options["ec2:Instance"]
        users += [
            ("ec2:Instance", f"instance/{instance.id}", instance.image_id)
            for instance in backend.all_instances()
            if not states or instance.state in states
        ]
    if "ec2:LaunchTemplate" in options:
        depth = int((options["ec2:LaunchTemplate"] or ["10"])[0])
        users += [
            ("ec2:LaunchTemplate", f"launch-template/{template.id}", version.image_id)
            for template in backend.launch_templates.values()
            for version in template.versions[-depth:]
        ]
    prefix = f"arn:aws:ec2:{backend.region_name}:{backend.account_id}"
    # dict.fromkeys: two versions of a template that name the same AMI are one reference.
    references = [
        {"ImageId": image_id, "ResourceType": kind, "Arn": f"{prefix}:{resource}"}
        for kind, resource, image_id in dict.fromkeys(users)
        if image_id in image_ids
    ]
    return ActionResult({"ImageReferences": references})


def option_values(resource_type):
    return [value for option in resource_type.get("ResourceTypeOptions", []) for value in option["OptionValues"]]


# moto has neither locks nor a Recycle Bin: that there are none is true.
@fills(EC2Response, "describe_locked_snapshots")
def describe_locked_snapshots(self):
    return ActionResult({"Snapshots": []})


@fills(EC2Response, "list_images_in_recycle_bin")
def list_images_in_recycle_bin(self):
    return ActionResult({"Images": []})


@fills(EC2Response, "list_snapshots_in_recycle_bin")
def list_snapshots_in_recycle_bin(self):
    return ActionResult({"Snapshots": []})


MOTO_SNAPSHOTS = EC2Response.describe_snapshots


def restorable_snapshots(self):
    """moto lists all snapshots, whoever may restore them."""
    users = set(self._get_param("RestorableByUserIds", []))
    found = MOTO_SNAPSHOTS(self).result["Snapshots"]
    return ActionResult(
        {"Snapshots": [each for each in found if not users or users & each.create_volume_permission_userids]}
    )


# What the tests themselves look up by one call.
WHOLE_UNLESS_ASKED = {"describe_security_groups"}


def paged(operation, key, whole=None):
    """The operation in an empty page and then pages of PAGE_SIZE, whatever MaxResults allows, as EC2 may."""
    whole = whole or getattr(EC2Response, operation)

    def answer(self):
        token = self.params.pop("NextToken", None)
        if token is None and operation in WHOLE_UNLESS_ASKED and self._get_param("MaxResults") is None:
            return whole(self)
        items = list(whole(self).result[key])
        if token is None:
            return ActionResult({key: [], "NextToken": "page-0"})
        start = int(token.removeprefix("page-"))
        end = start + PAGE_SIZE
        return ActionResult({key: items[start:end], "NextToken": f"page-{end}" if end < len(items) else None})

    PATCHES[operation] = (EC2Response, answer)


paged("describe_instances", "Reservations")
paged("describe_volumes", "Volumes")
paged("describe_snapshots", "Snapshots", restorable_snapshots)
paged("describe_images", "Images")
paged("describe_security_groups", "SecurityGroups")

MOTO_MATCHING = utils.is_filter_matching


@fills(utils, "is_filter_matching")
def is_filter_matching(resource, name, values):
    if name != "tag-key":
        return MOTO_MATCHING(resource, name, values)
    return any(fnmatchcase(tag["key"], value) for tag in resource.get_tags() for value in values)


MOTO_CALL = BaseResponse.call_action
LOST = set()


@fills(BaseResponse, "call_action")
def call_action(self):
    status, headers, body = MOTO_CALL(self)
    action = self._get_action()
    if action not in LOST or is_true(self._get_param("DryRun")):
        return status, headers, body
    LOST.remove(action)
    return status, headers, body[: len(body) // 2]


def age(seconds):
    for backend in [each for account in ec2_backends.values() for each in account.values()]:
        for snapshot in backend.snapshots.values():
            snapshot.start_time -= timedelta(seconds=seconds)
        for ami in backend.amis.values():
            ami.creation_date -= timedelta(seconds=seconds)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--without", action="append", default=[], choices=sorted(PATCHES))
    left_open = parser.parse_args().without
    for name, (owner, replacement) in PATCHES.items():
        if name not in left_open:
            setattr(owner, name, replacement)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    # moto prints there what it does not know, such as the Recycle Bin's API.
    answers, sys.stdout = sys.stdout, sys.stderr
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    print(json.dumps({"port": server.get_host_and_port()[1]}), file=answers, flush=True)
    for line in sys.stdin:
        command, value = line.split()
        if command == "age":
            age(float(value))
        elif command == "lose":
            LOST.add(value)
        else:
            sys.exit(f"unknown command {command}, expected age or lose")
        print("done", file=answers, flush=True)
    server.stop()


if __name__ == "__main__":
    main()
