"""Where keys are kept: private keys in SSM or Secrets Manager, certificates in SSM; and the clients for all of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Protocol

import boto3
from botocore.exceptions import ClientError

from chalicelib.expiry.instance import PATIENT, Instance
from chalicelib.expiry.sources import ENCRYPTION_PATH, certificate_name

PRIVATE_KEY, CERTIFICATE = "private-key", "certificate"
_ARN = re.compile(r"arn:aws[a-z-]*:connect:([a-z0-9-]+):[0-9]{12}:instance/([0-9A-Za-z-]+)")
_DAYS_TO_THINK_AGAIN = 30
"""After a secret was deleted in Secrets Manager it can be restored for so long. SSM forgets at once."""


def private_key_name(key_id: str) -> str:
    """Of the parameter or the secret."""
    return f"{ENCRYPTION_PATH}/{key_id}/{PRIVATE_KEY}"


class PrivateKeyStore(Protocol):
    """What the tool does with private keys; it never reads one back. All raise botocore's errors."""

    what: str

    def put(self, key_id: str, private_key: str, kms_key: str | None) -> None: ...

    def key_ids(self) -> set[str]: ...

    def delete(self, key_id: str) -> bool: ...


class Parameters:
    """SecureStrings in SSM."""

    what = "SecureString"

    def __init__(self, region: str) -> None:
        self._client: Any = boto3.client("ssm", region_name=region, config=PATIENT)

    def put(self, key_id: str, private_key: str, kms_key: str | None) -> None:
        """Never over one that is there."""
        key = {"KeyId": kms_key} if kms_key else {}
        self._client.put_parameter(
            Name=private_key_name(key_id), Value=private_key, Type="SecureString", Overwrite=False, **key
        )

    def put_certificate(self, key_id: str, certificate: str) -> None:
        self._client.put_parameter(Name=certificate_name(key_id), Value=certificate, Type="String", Overwrite=True)

    def key_ids(self) -> set[str]:
        """Of which there is a private key."""
        return {name.split("/")[-2] for name in self._names() if name.endswith(f"/{PRIVATE_KEY}")}

    def certificates(self) -> dict[str, str]:
        """By key id."""
        names = sorted(name for name in self._names() if name.endswith(f"/{CERTIFICATE}"))
        found: dict[str, str] = {}
        for start in range(0, len(names), 10):  # GetParameters takes ten
            answer = self._client.get_parameters(Names=names[start : start + 10])
            found.update({one["Name"].split("/")[-2]: one["Value"] for one in answer["Parameters"]})
        return found

    def delete(self, key_id: str) -> bool:
        return self._delete(private_key_name(key_id))

    def delete_certificate(self, key_id: str) -> bool:
        return self._delete(certificate_name(key_id))

    def _delete(self, name: str) -> bool:
        """Whether it was there."""
        try:
            self._client.delete_parameter(Name=name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ParameterNotFound":
                raise
            return False
        return True

    def _names(self) -> list[str]:
        """Below the path, and no values."""
        below = [{"Key": "Path", "Option": "Recursive", "Values": [ENCRYPTION_PATH]}]
        pages = self._client.get_paginator("describe_parameters").paginate(ParameterFilters=below)
        return [one["Name"] for page in pages for one in page["Parameters"] if one["Name"].count("/") == 4]


class Secrets:
    """Secrets in Secrets Manager."""

    what = "secret"

    def __init__(self, region: str) -> None:
        self._client: Any = boto3.client("secretsmanager", region_name=region, config=PATIENT)

    def put(self, key_id: str, private_key: str, kms_key: str | None) -> None:
        """Never over one that is there."""
        key = {"KmsKeyId": kms_key} if kms_key else {}
        self._client.create_secret(Name=private_key_name(key_id), SecretString=private_key, **key)

    def key_ids(self) -> set[str]:
        """Of which there is a private key."""
        only = [{"Key": "name", "Values": [f"{ENCRYPTION_PATH}/"]}]
        pages = self._client.get_paginator("list_secrets").paginate(Filters=only)
        names = [one["Name"] for page in pages for one in page["SecretList"]]
        return {name.split("/")[-2] for name in names if name.endswith(f"/{PRIVATE_KEY}")}

    def delete(self, key_id: str) -> bool:
        try:
            self._client.delete_secret(SecretId=private_key_name(key_id), RecoveryWindowInDays=_DAYS_TO_THINK_AGAIN)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            return False
        return True


class Places:
    """The instance `arn` and what belongs to it, all in the region of that ARN; clients are made when they are needed.

    Raises ValueError for what is no ARN of an instance.
    """

    def __init__(self, arn: str, store: str = "ssm") -> None:
        found = _ARN.fullmatch(arn)
        if not found:
            raise ValueError("no ARN of a Connect instance: arn:aws:connect:<region>:<account>:instance/<id>")
        self.arn, self._store = arn, store
        self._region, self.instance_id = found.groups()

    @cached_property
    def connect(self) -> Any:
        return self._client("connect")

    @cached_property
    def instance(self) -> Instance:
        return Instance(self.connect, self.arn)

    @cached_property
    def parameters(self) -> Parameters:
        return Parameters(self._region)

    @cached_property
    def private_keys(self) -> PrivateKeyStore:
        return Secrets(self._region) if self._store == "secretsmanager" else self.parameters

    @cached_property
    def metrics(self) -> Any:
        return self._client("cloudwatch")

    def invoke(self, function: str, payload: bytes) -> Mapping[str, Any]:
        """The answer of a Lambda function."""
        answer: Mapping[str, Any] = self._client("lambda").invoke(FunctionName=function, Payload=payload)
        return answer

    def _client(self, service: Any) -> Any:
        return boto3.client(service, region_name=self._region, config=PATIENT)
