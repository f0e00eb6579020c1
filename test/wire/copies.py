"""Patches for copies: of what an account has in any Region, or another account shares with it, with tags and encryption."""

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError, InvalidAMIIdError, InvalidSnapshotIdError
from moto.ec2.models import ec2_backends
from moto.ec2.models.amis import Ami
from moto.ec2.models.elastic_block_store import Snapshot
from moto.ec2.responses import EC2Response
from moto.ec2.utils import random_ami_id, random_snapshot_id
from patches import check_name, fills, is_true, once_a_token


def in_any_account(region, kind, wanted):
    """The snapshot or AMI of this id in a Region, whoever has it."""
    for account in list(ec2_backends.values()):
        found = getattr(account[region], kind).get(wanted)
        if found is not None:
            return found
    return None


def may_read(backend, snapshot):
    account = backend.account_id
    return snapshot.owner_id == account or account in snapshot.create_volume_permission_userids


def may_launch(backend, ami):
    account = backend.account_id
    return ami.owner_id == account or {"UserId": account} in ami.launch_permissions


def copied(backend, source, description, encrypted=False, key=None, from_ami=None):
    """A completed copy of a snapshot of any Region, of no volume of its own."""
    snapshot = Snapshot(backend, random_snapshot_id(), CopiedVolume(source), description, from_ami=from_ami)
    snapshot.encrypted = source.encrypted or encrypted
    snapshot.kms_key_id = key
    backend.snapshots[snapshot.id] = snapshot
    return snapshot


class CopiedVolume:
    """What copies have for a volume: EC2's arbitrary id."""

    id = "vol-ffffffff"

    def __init__(self, source):
        self.size, self.volume_type = source.volume_size, source.volume.volume_type


def encryption(self):
    encrypted = is_true(self._get_param("Encrypted"))
    key = self._get_param("KmsKeyId")
    if key is not None and not encrypted:
        raise EC2ClientError("InvalidParameterDependency", "KmsKeyId requires Encrypted")
    return encrypted, key


@fills(EC2Response, "copy_snapshot")
def copy_snapshot(self):
    backend, region = self.ec2_backend, self._get_param("SourceRegion")
    snapshot_id = self._get_param("SourceSnapshotId")
    source = in_any_account(region, "snapshots", snapshot_id)
    if source is None or not may_read(backend, source):
        raise InvalidSnapshotIdError()
    text = self._get_param("Description") or f"[Copied {snapshot_id} from {region}] {source.description}"
    encrypted, key = encryption(self)
    self.error_on_dryrun()
    snapshot = copied(backend, source, text, encrypted, key)
    snapshot.add_tags(self._parse_tag_specification().get("snapshot", {}))
    return ActionResult({"SnapshotId": snapshot.id, "Tags": snapshot.tag_set})


def source_image(backend, region, image_id):
    source = in_any_account(region, "amis", image_id)
    if source is None or not may_launch(backend, source):
        raise InvalidAMIIdError([image_id])
    if not all(may_read(backend, snapshot) for snapshot in getattr(source, "backed_up", {}).values()):
        raise EC2ClientError("InvalidRequest", "You do not have permission to access the storage of this ami")
    return source


@fills(EC2Response, "copy_image")
@once_a_token(lambda backend, answer: answer["ImageId"] in backend.amis)
def copy_image(self):
    backend, name, image_id = self.ec2_backend, self._get_param("Name"), self._get_param("SourceImageId")
    source = source_image(backend, self._get_param("SourceRegion"), image_id)
    check_name(backend, name)
    encrypted, key = encryption(self)
    self.error_on_dryrun()
    tags = self._parse_tag_specification()
    ami = Ami(backend, random_ami_id(), source_ami=source, name=name, description=self._get_param("Description"))
    backend.amis[ami.id] = ami
    ami.add_tags(tags.get("image", {}))
    ami.root_device_name, ami.root_device_type = source.root_device_name, "ebs"
    # moto's own one snapshot, of a volume that never was.
    del backend.snapshots[ami.ebs_snapshot.id]
    ami.backed_up = {}
    for device, original in getattr(source, "backed_up", {}).items():
        text = f"Copied for DestinationAmi {ami.id} from SourceAmi {image_id} for SourceSnapshot {original.id}."
        snapshot = copied(backend, original, text, encrypted, key, ami.id)
        snapshot.add_tags(tags.get("snapshot", {}))
        ami.backed_up[device] = snapshot
    return ActionResult({"ImageId": ami.id})
