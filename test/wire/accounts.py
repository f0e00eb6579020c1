"""Patches for whose account it is: that of the role for credentials of AssumeRole, and the scenarios' own for any others."""

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.responses import BaseResponse
from moto.iam.models import get_account_id_from
from patches import fills

HOME = "111122223333"


@fills(BaseResponse, "get_current_account")
def get_current_account(self):
    account = get_account_id_from(self.get_access_key())
    return HOME if account == DEFAULT_ACCOUNT_ID else account
