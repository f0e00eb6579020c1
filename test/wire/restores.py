"""Patches for what restores make: AMIs of given snapshots, volumes once a token, and root volumes in place of others."""

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.responses import EC2Response
from moto.ec2.utils import random_id
from patches import check_name, fills, is_true, once_a_token

MOTO_REGISTER = EC2Response.register_image


@fills(EC2Response, "register_image")
def register_image(self):
    backend, name, mappings = self.ec2_backend, self._get_param("Name"), self._get_param("BlockDeviceMappings", [])
    check_name(backend, name)
    if not mappings:
        return MOTO_REGISTER(self)
    snapshots = {each["DeviceName"]: backend.get_snapshot(each["Ebs"]["SnapshotId"]) for each in mappings}
    root = self._get_param("RootDeviceName")
    if root not in snapshots:
        raise EC2ClientError("InvalidBlockDeviceMapping", f"The root device {root} is not mapped")
    self.error_on_dryrun()
    ami = backend.register_image(name, self._get_param("Description"))
    ami.add_tags(self._parse_tag_specification().get("image", {}))
    ami.root_device_name, ami.root_device_type = root, "ebs"
    ami.architecture, ami.virtualization_type = self._get_param("Architecture"), self._get_param("VirtualizationType")
    ami.boot_mode, ami.ena_support = self._get_param("BootMode"), is_true(self._get_param("EnaSupport"))
    # moto's own one snapshot, of a volume that never was.
    del backend.snapshots[ami.ebs_snapshot.id]
    ami.backed_up = snapshots
    ami.registered = {each["DeviceName"]: each["Ebs"] for each in mappings}
    return ActionResult({"ImageId": ami.id})


fills(EC2Response, "create_volume")(
    once_a_token(lambda backend, volume: volume.id in backend.volumes)(EC2Response.create_volume)
)


class RootTask:
    def __init__(self, asked, tags):
        self.asked, self.tags = asked, tags
        self.id, self.started = random_id(prefix="replacevol"), utcnow()

    def answer(self):
        said = {key: self.asked[key] for key in ("InstanceId", "ImageId", "SnapshotId") if key in self.asked}
        return {
            **said,
            "ReplaceRootVolumeTaskId": self.id,
            "TaskState": "succeeded",
            "StartTime": self.started.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "DeleteReplacedRootVolume": is_true(self.asked.get("DeleteReplacedRootVolume")),
            "Tags": [{"Key": key, "Value": value} for key, value in self.tags.items()],
        }


def tasks_of(instance):
    if not hasattr(instance, "root_tasks"):
        instance.root_tasks = []
    return instance.root_tasks


def root_snapshot(backend, asked, root_device, root):
    """That of the AMI's root, or one of the very volume: longer lineages are not told of here."""
    if ("ImageId" in asked) == ("SnapshotId" in asked):
        raise EC2ClientError("InvalidParameterCombination", "expected an ImageId or a SnapshotId")
    if "ImageId" in asked:
        return backend.amis[asked["ImageId"]].backed_up[root_device]
    snapshot = backend.get_snapshot(asked["SnapshotId"])
    if snapshot.volume.id != root.id:
        raise EC2ClientError("InvalidParameterValue", f"{snapshot.id} is not of the root volume {root.id}")
    return snapshot


@fills(EC2Response, "create_replace_root_volume_task")
@once_a_token(lambda backend, answer: backend.get_instance_by_id(answer["ReplaceRootVolumeTask"]["InstanceId"]))
def create_replace_root_volume_task(self):
    """At once; the volume that was there stays, detached."""
    backend, asked = self.ec2_backend, self._get_params()
    instance = backend.get_instance(asked["InstanceId"])
    if instance.state != "running":
        raise EC2ClientError("IncorrectInstanceState", f"The instance {instance.id} is not running")
    device = instance.root_device_name
    mapped = instance.block_device_mapping[device]
    root = backend.get_volume(mapped.volume_id)
    snapshot = root_snapshot(backend, asked, device, root)
    self.error_on_dryrun()
    made = backend.create_volume(root.size, root.zone.name, snapshot.id, root.encrypted, volume_type=root.volume_type)
    backend.detach_volume(root.id, instance.id, device)
    backend.attach_volume(made.id, instance.id, device, mapped.delete_on_termination)
    task = RootTask(asked, self._parse_tag_specification().get("replace-root-volume-task", {}))
    tasks_of(instance).append(task)
    return ActionResult({"ReplaceRootVolumeTask": task.answer()})


@fills(EC2Response, "describe_replace_root_volume_tasks")
def describe_replace_root_volume_tasks(self):
    wanted = self._filters_from_querystring().get("instance-id", [])
    found = [task.answer() for each in self.ec2_backend.all_instances() if each.id in wanted for task in tasks_of(each)]
    return ActionResult({"ReplaceRootVolumeTasks": found})
