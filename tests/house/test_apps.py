"""How the apps are configured: settings, roles and locks agree with the code that will run."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from chalicelib import audit
from chalicelib.bankid.evidence import keeping
from chalicelib.expiry import sources
from chalicelib.expiry.ending import DUE_DAYS
from chalicelib.settings import CONNECT, TWILIO, Settings
from chalicelib.table import keys
from flows import contract
from shared import template

ROOT = Path(__file__).resolve().parents[2]
APPS = (CONNECT, TWILIO)
VOICE_POLICY = "policy-voice-prod.json"
OPENS_INPUT = ("secure_input", "bankid", "web_login")
ASKS_BANKID = ("bankid", "contact_ended")
BANKID_SECRETS = ("certificate", "key-password", "root", "signing-roots")
ROUTES_SECRETS = ("web-login-keys", "web-login-senders", "web-login-core", "screen-names")
READS_POLICY = ("assurance", "api_handler")
ASKS_FEEDBACK = ("api_handler", "contact_ended", "web_login")
FURTHER = {
    "secure_input": {"Preload", "ConsumerKeys"},
    "bankid": {"Preload", "Evidence", "EvidenceKey"},
    "web_login": {"Preload", "Feedback"},
    "contact_ended": {"Feedback"},
    "api_handler": {"Feedback", "Contacts"},
    "session_feedback": {"Login"},
}
"""What a function may do besides using the table and the secrets, and writing its log."""
POLICIES = sorted(path for app in APPS for path in (ROOT / app / ".chalice").glob("policy-*.json"))
OF_CALLS = [policy for policy in POLICIES if "expiry_watch" not in policy.name]


def config(app: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((ROOT / app / ".chalice" / "config.json").read_text())
    return loaded


def variables_of(app: str, stage: str) -> dict[str, Any]:
    """What the functions of `app` find in their environment: from config.json, or from the merged template."""
    if stage == "dev":
        variables: dict[str, Any] = config(app)["stages"]["dev"]["environment_variables"]
        return variables
    merged = template.read(ROOT / "shared" / f"{app}.yaml")
    return dict(merged["Globals"]["Function"]["Environment"]["Variables"])


def settings_of(app: str, *, required: bool) -> set[str]:
    about = {setting.name.upper(): setting.metadata["about"] for setting in fields(Settings)}
    return {name for name, one in about.items() if app in one.apps and (one.default is None or not required)}


@pytest.mark.parametrize("app", APPS)
def test_an_app_has_one_name(app: str) -> None:
    assert f'app = Chalice(app_name="{config(app)["app_name"]}")' in (ROOT / app / "app.py").read_text()


@pytest.mark.parametrize("stage", ["dev", "prod"])
@pytest.mark.parametrize("app", APPS)
def test_every_required_setting_is_named_and_every_name_is_a_setting(app: str, stage: str) -> None:
    named = set(variables_of(app, stage))
    assert settings_of(app, required=True) <= named
    assert named <= settings_of(app, required=False)


@pytest.mark.parametrize("app", APPS)
def test_prod_has_its_names_from_the_stack_of_resources_alone(app: str) -> None:
    # A variable in config.json would beat the merged template's.
    assert "environment_variables" not in config(app)
    assert "environment_variables" not in config(app)["stages"]["prod"]
    assert variables_of(app, "prod")["TABLE_NAME"] == {"Fn::ImportValue": {"Fn::Sub": "countersign-${Stage}-TableName"}}


def test_the_stack_of_resources_exports_what_the_apps_import() -> None:
    exported = {output["Export"]["Name"]["Fn::Sub"] for output in template.read(template.RESOURCES)["Outputs"].values()}
    for app in APPS:
        imported = re.findall(r'"Fn::ImportValue": {"Fn::Sub": "([^"]+)"', json.dumps(variables_of(app, "prod")))
        assert imported
        assert set(imported) <= exported


def test_the_defaults_of_a_packaged_app_are_those_of_the_settings() -> None:
    about = {setting.name.upper(): setting.metadata["about"] for setting in fields(Settings)}
    for app in APPS:
        parameters = template.read(ROOT / "shared" / f"{app}.yaml")["Parameters"]
        for name, value in variables_of(app, "prod").items():
            if "Ref" in value:
                assert parameters[value["Ref"]].get("Default") == about[name].default, name


def test_whoever_deploys_a_package_chooses_the_hand_back_and_the_trial() -> None:
    parameters = template.read(ROOT / "shared" / f"{CONNECT}.yaml")["Parameters"]
    assert parameters["HandBack"]["AllowedValues"] == ["resume", "dial"]
    assert parameters["InsecureTrustOnFirstUse"]["AllowedValues"] == ["yes", "no"]
    chosen = {"HAND_BACK", "PHRASE", "VOICEIT_CONTENT_LANGUAGE", "INSECURE_TRUST_ON_FIRST_USE"}
    assert chosen <= {name for name, value in variables_of(CONNECT, "prod").items() if "Ref" in value}


def test_the_flow_checker_knows_each_function_by_the_name_that_it_is_given() -> None:
    merged = template.read(ROOT / "shared" / f"{CONNECT}.yaml")["Resources"]
    name = merged["Voice"]["Properties"]["FunctionName"]["Fn::Sub"].replace("${Stage}", "prod")
    assert contract.name_of(f"arn:aws:lambda:eu-central-1:123456789012:function:{name}") == "voice"
    (writable,) = {statements(policy)["Logs"]["Resource"] for policy in POLICIES if policy.name == VOICE_POLICY}
    assert fnmatchcase(f"arn:aws:logs:*:*:log-group:/aws/lambda/{name}", writable)


def statements(policy: Path) -> dict[str, dict[str, Any]]:
    return {one["Sid"]: one for one in json.loads(policy.read_text())["Statement"]}


def function_of(policy: Path) -> str:
    """`policy-voice-dev.json` is for the function voice, `policy-dev.json` for the whole app."""
    return policy.stem.removeprefix("policy-").rpartition("-")[0]


@pytest.mark.parametrize("policy", OF_CALLS, ids=lambda path: path.name)
def test_a_role_may_do_what_the_code_does_and_no_more(policy: Path) -> None:
    allowed = statements(policy)
    assert set(allowed) == {"Table", "Secrets", "Key", "Logs"} | FURTHER.get(function_of(policy), set())
    # Every write is an UpdateItem, alone or in a transaction; nothing is deleted, queried or scanned.
    reads = [] if function_of(policy) in ("secure_input", "contact_ended") else ["dynamodb:BatchGetItem"]
    assert allowed["Table"]["Action"] == [*reads, "dynamodb:UpdateItem"]
    assert allowed["Secrets"]["Action"] == ["ssm:GetParameters"]
    assert allowed["Key"]["Action"] == ["kms:Decrypt"]
    assert "Condition" in allowed["Key"]
    assert all(one["Effect"] == "Allow" and one["Resource"] != "*" for one in allowed.values())


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_the_watch_reads_what_is_public_and_can_decrypt_nothing(stage: str) -> None:
    allowed = statements(ROOT / CONNECT / ".chalice" / f"policy-expiry_watch-{stage}.json")
    assert set(allowed) == {"Certificates", "Consumers", "Flows", "Logs"}
    about = Settings.__dataclass_fields__["consumer_name"].metadata["about"]
    readable = {
        one.partition(":parameter")[2] for name in ("Certificates", "Consumers") for one in allowed[name]["Resource"]
    }
    bankid = {f"/countersign/{stage}/bankid/certificate", f"/countersign/{stage}/bankid-root"}
    assert readable == {sources.certificate_name("*"), about.default.rpartition("/")[0]} | bankid
    assert allowed["Certificates"]["Action"] == ["ssm:GetParameters"]
    assert allowed["Consumers"]["Action"] == ["ssm:GetParametersByPath"]
    assert all(re.fullmatch(r"connect:(List|Describe)\w+", action) for action in allowed["Flows"]["Action"])
    assert "kms:" not in json.dumps(allowed)


def test_listing_secrets_is_allowed_only_to_who_keeps_private_keys_in_secrets_manager() -> None:
    resources = template.read(ROOT / "shared" / "connect_app.yaml")["Resources"]
    policy = resources["SecretsManagerPolicy"]
    assert policy["Condition"] == "KeysInSecretsManager"
    assert policy["Properties"]["Roles"] == [{"Ref": f"{one}Role"} for one in ("SecureInput", "Bankid", "WebLogin")]
    given, listing = policy["Properties"]["PolicyDocument"]["Statement"]
    assert given["Resource"]["Fn::Sub"].endswith(":secret:/amazon-connect/encryption/*/private-key-??????")
    assert listing["Action"] == ["secretsmanager:BatchGetSecretValue", "secretsmanager:ListSecrets"]
    assert not [policy.name for policy in POLICIES if "secretsmanager" in policy.read_text()]


def test_a_certificate_in_secrets_manager_is_read_by_those_alone_who_show_it_to_bankid() -> None:
    resources = template.read(ROOT / "shared" / "connect_app.yaml")["Resources"]
    policy = resources["BankIDSecretsManagerPolicy"]
    assert policy["Condition"] == "BankIDInSecretsManager"
    assert policy["Properties"]["Roles"] == [{"Ref": "BankidRole"}, {"Ref": "ContactEndedRole"}]
    [given] = policy["Properties"]["PolicyDocument"]["Statement"]
    assert given["Action"] == ["secretsmanager:GetSecretValue"]
    assert given["Resource"]["Fn::Sub"].endswith(":secret:/countersign/${Stage}/bankid-certificate-??????")


def test_alarms_look_at_metrics_that_are_written() -> None:
    resources = template.read(ROOT / "shared" / "connect_app.yaml")["Resources"].values()
    alarms = [one["Properties"] for one in resources if one.get("Type") == "AWS::CloudWatch::Alarm"]
    source = "".join(file.read_text() for file in (ROOT / "chalicelib").rglob("*.py"))
    for alarm in alarms:
        assert alarm["Namespace"] == audit.NAMESPACE
        [dimension] = alarm["Dimensions"]
        assert dimension["Name"] == "event"
        assert f'"{dimension["Value"]}"' in source
        assert alarm["AlarmActions"] == {"Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], []]}
    ends = {alarm["Threshold"]: alarm for alarm in alarms if alarm["MetricName"] == "DaysToExpiry"}
    assert set(ends) == {DUE_DAYS, 30, 14, 7}
    assert {alarm["Statistic"] for alarm in ends.values()} == {"Minimum"}
    [watched] = [alarm for alarm in alarms if alarm["TreatMissingData"] == "breaching"]
    assert (watched["Dimensions"][0]["Value"], watched["EvaluationPeriods"]) == ("expiry_watched", 2)


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_evidence_can_be_put_away_and_not_be_read_by_whoever_puts_it(stage: str) -> None:
    allowed = statements(ROOT / CONNECT / ".chalice" / f"policy-bankid-{stage}.json")
    assert allowed["Evidence"]["Action"] == ["s3:PutObject"]
    bucket = template.read(template.RESOURCES)["Resources"]["Evidence"]["Properties"]["BucketName"]["Fn::Sub"]
    made = bucket.replace("${Stage}", stage).replace("${AWS::AccountId}", "1").replace("${AWS::Region}", "eu-north-1")
    assert fnmatchcase(f"arn:aws:s3:::{made}/{keeping.PREFIX}/2040/x.json", allowed["Evidence"]["Resource"])
    # Names of buckets are everybody's: one of that name in another account must not get any.
    assert allowed["Evidence"]["Condition"] == {"StringEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}}
    assert allowed["EvidenceKey"]["Action"] == ["kms:GenerateDataKey"]
    assert allowed["EvidenceKey"]["Condition"] == allowed["Key"]["Condition"]


@pytest.mark.parametrize("policy", OF_CALLS, ids=lambda path: path.name)
def test_a_role_reads_the_secrets_that_its_settings_name(policy: Path) -> None:
    app, stage = policy.parents[1].name, policy.stem.rpartition("-")[2]
    names = {name for name in settings_of(app, required=True) if name.endswith("_NAME") and name != "TABLE_NAME"}
    named = {value for name, value in variables_of(app, "dev").items() if name in names}
    readable = {one.partition(":parameter")[2] for one in statements(policy)["Secrets"]["Resource"]}
    if function_of(policy) in OPENS_INPUT:
        named.add(Settings.__dataclass_fields__["input_private_key_name"].metadata["about"].default)
    if function_of(policy) == "secure_input":
        named.add(Settings.__dataclass_fields__["consumer_name"].metadata["about"].default)
    if function_of(policy) in ASKS_BANKID:
        judges = function_of(policy) == "bankid"  # only what is told of a completed order needs BankID's signing roots
        named |= {f"/countersign/dev/bankid-{one}" for one in BANKID_SECRETS if judges or one != "signing-roots"}
    if function_of(policy) == "api_handler":
        named |= {f"/countersign/dev/{one}" for one in ROUTES_SECRETS}
    if function_of(policy) in READS_POLICY:
        named.add("/countersign/dev/policy")
    wanted = {re.sub(r"\{[a-z-]+\}", "*", name.replace("/dev/", f"/{stage}/")) for name in named}
    assert wanted == readable


@pytest.mark.parametrize("stage", ["dev", "prod"])
@pytest.mark.parametrize(
    ("name", "items"),
    [("secure_input", [keys.delivery("*"), keys.secure_input("*")]), ("secure_input_redeem", [keys.secure_input("*")])],
)
def test_the_functions_of_secure_input_touch_no_other_item_of_the_table(
    name: str, items: list[str], stage: str
) -> None:
    table = statements(ROOT / CONNECT / ".chalice" / f"policy-{name}-{stage}.json")["Table"]
    assert table["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": items}}


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_only_what_relays_makes_data_keys_and_only_with_keys_that_are_meant_for_it(stage: str) -> None:
    able = [policy for policy in POLICIES if policy.stem.endswith(stage) and "GenerateDataKey" in policy.read_text()]
    assert [function_of(policy) for policy in able] == ["bankid", "secure_input"]  # bankid's is for kept evidence
    allowed = statements(able[1])["ConsumerKeys"]
    assert allowed["Action"] == ["kms:GenerateDataKey"]
    aliases = f"alias/countersign-{stage}-consumer-*"
    assert allowed["Condition"] == {"ForAnyValue:StringLike": {"kms:ResourceAliases": aliases}}


@pytest.mark.parametrize("stage", ["dev", "prod"])
@pytest.mark.parametrize(
    ("name", "items"),
    [
        ("bankid", [keys.bankid("*"), keys.contact("*")]),
        ("contact_ended", [keys.bankid("*"), keys.contact("*")]),
        ("web_login", [keys.contact("*"), keys.session("*"), "wrong_codes#*"]),
        ("assurance", [keys.contact("*")]),
        ("session_feedback", [keys.session("*")]),
        ("api_handler", [keys.contact("*"), keys.session("*"), keys.used_token("*")]),
    ],
)
def test_a_function_touches_the_items_of_its_own_work_alone(name: str, items: list[str], stage: str) -> None:
    table = statements(ROOT / CONNECT / ".chalice" / f"policy-{name}-{stage}.json")["Table"]
    assert table["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": items}}


@pytest.mark.parametrize("stage", ["dev", "prod"])
@pytest.mark.parametrize(
    ("secret", "functions"), [("amazon-connect/encryption", OPENS_INPUT), ("bankid-certificate", ASKS_BANKID)]
)
def test_only_the_functions_that_need_them_can_read_private_keys(
    stage: str, secret: str, functions: tuple[str, ...]
) -> None:
    able = {
        function_of(policy) for policy in OF_CALLS if policy.stem.endswith(f"-{stage}") and secret in policy.read_text()
    }
    assert able == set(functions)


def test_bankids_secrets_have_in_a_package_the_names_that_its_roles_may_read() -> None:
    named = re.findall(
        r'"Fn::Sub": "/countersign/\$\{Stage\}/bankid-([a-z-]+)"', json.dumps(variables_of(CONNECT, "prod"))
    )
    assert sorted(named) == sorted(BANKID_SECRETS)


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_every_function_of_connect_app_has_a_role_of_its_own(stage: str) -> None:
    functions = config(CONNECT)["stages"][stage]["lambda_functions"]
    assert {name: one["iam_policy_file"] for name, one in functions.items()} == {
        name: f"policy-{name}-{stage}.json"
        for name in (
            *("voice", "secure_input", "secure_input_redeem", "expiry_watch", "bankid", "contact_ended"),
            *("web_login", "assurance", "session_feedback", "api_handler"),
        )
    }


def test_connect_may_invoke_what_flows_invoke_and_never_the_function_that_gives_values_out() -> None:
    resources = template.read(ROOT / "shared" / "connect_app.yaml")["Resources"].values()
    permitted = [
        (one["Properties"]["Principal"], one["Properties"]["FunctionName"])
        for one in resources
        if one.get("Type") == "AWS::Lambda::Permission"
    ]
    of_connect = {name["Fn::GetAtt"][0] for principal, name in permitted if principal == "connect.amazonaws.com"}
    assert of_connect == {"Voice", "SecureInput", "Bankid", "WebLogin", "Assurance"}
    others = {name["Fn::GetAtt"][0]: principal for principal, name in permitted if principal != "connect.amazonaws.com"}
    assert others == {"SecureInputRedeem": {"Ref": "InputRedeemerArn"}}


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_the_websites_of_logins_are_told_beside_the_call_by_a_function_that_nobody_else_asks(stage: str) -> None:
    able = {function_of(one) for one in POLICIES if one.stem.endswith(f"-{stage}") and "lambda:" in one.read_text()}
    assert able == set(ASKS_FEEDBACK)
    merged = template.read(ROOT / "shared" / f"{CONNECT}.yaml")
    named = merged["Globals"]["Function"]["Environment"]["Variables"]["SESSION_FEEDBACK_FUNCTION"]
    told = merged["Resources"]["SessionFeedback"]["Properties"]
    assert told["FunctionName"] == named
    assert told["EventInvokeConfig"] == {"MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 0}
    name = named["Fn::Sub"].replace("${Stage}", stage)
    for function in ASKS_FEEDBACK:
        allowed = statements(ROOT / CONNECT / ".chalice" / f"policy-{function}-{stage}.json")["Feedback"]
        assert allowed["Action"] == ["lambda:InvokeFunction"]
        assert allowed["Resource"] == f"arn:aws:lambda:*:*:function:{name}"
    assert variables_of(CONNECT, "dev")["SESSION_FEEDBACK_FUNCTION"] == name.replace("-prod-", "-dev-")


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_what_talks_to_foreign_websites_only_reads_contacts(stage: str) -> None:
    login = statements(ROOT / CONNECT / ".chalice" / f"policy-session_feedback-{stage}.json")["Login"]
    assert login["Action"] == ["dynamodb:BatchGetItem"]
    assert login["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [keys.contact("*")]}}


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_the_routes_alone_ask_connect_whose_contact_it_is(stage: str) -> None:
    asking = {function_of(one) for one in OF_CALLS if one.stem.endswith(f"-{stage}") and "connect:" in one.read_text()}
    assert asking == {"api_handler"}
    allowed = statements(ROOT / CONNECT / ".chalice" / f"policy-api_handler-{stage}.json")["Contacts"]
    assert allowed["Action"] == ["connect:DescribeContact", "connect:DescribeUser"]


def test_the_parameters_of_the_routes_have_in_a_package_the_names_that_their_role_may_read() -> None:
    variables = variables_of(CONNECT, "prod")
    names = ("DECRYPTION_KEYS_NAME", "SIGNATURE_KEYS_NAME", "CORE_SECRETS_NAME", "SCREEN_NAMES_NAME")
    given = [variables[name]["Fn::If"][1]["Fn::Sub"] for name in names]
    assert given == [f"/countersign/${{Stage}}/{one}" for one in ROUTES_SECRETS]


def test_the_policy_has_in_a_package_the_name_that_may_be_read_and_only_where_somebody_says_that_there_is_one() -> None:
    condition, name, nothing = variables_of(CONNECT, "prod")["POLICY_NAME"]["Fn::If"]
    assert (name, nothing) == ({"Fn::Sub": "/countersign/${Stage}/policy"}, "")
    merged = template.read(ROOT / "shared" / f"{CONNECT}.yaml")
    assert merged["Conditions"][condition] == {"Fn::Equals": [{"Ref": "AssurancePolicy"}, "yes"]}
    assert merged["Parameters"]["AssurancePolicy"]["Default"] == "no"


@pytest.mark.parametrize("app", APPS)
def test_the_stages_differ_by_name_only(app: str) -> None:
    for dev in (ROOT / app / ".chalice").glob("policy-*dev.json"):
        prod = dev.with_name(dev.name.replace("dev", "prod"))
        assert dev.read_text().replace("-dev", "-prod").replace("/dev/", "/prod/") == prod.read_text()


def test_time_limits_fit_who_waits() -> None:
    assert config(CONNECT)["lambda_timeout"] == 7  # Connect waits 8 s
    functions = [one for stage in config(CONNECT)["stages"].values() for one in stage["lambda_functions"].items()]
    assert {name for name, one in functions if "lambda_timeout" in one} == {"expiry_watch"}  # which nobody waits for
    assert config(TWILIO)["lambda_timeout"] == 29  # API Gateway waits 29 s


@pytest.mark.parametrize("app", [*APPS, "local/aws", "."])
def test_every_requirement_is_pinned_with_its_hashes_and_nothing_is_included(app: str) -> None:
    # chalice's package cache looks at this file's own bytes alone.
    text = (ROOT / app / "requirements.txt").read_text()
    requirements = [part for part in re.split(r"\n(?=\S)", text) if part.strip() and not part.startswith("#")]
    for requirement in requirements:
        assert re.match(r"[A-Za-z0-9._-]+==\S+", requirement), requirement
        assert "--hash=sha256:" in requirement


@pytest.mark.parametrize("app", APPS)
def test_what_ships_is_what_the_tests_run_on(app: str) -> None:
    pinned = re.compile(r"^([a-z0-9-]+==\S+)", re.MULTILINE)
    shipped = set(pinned.findall((ROOT / app / "requirements.txt").read_text()))
    assert shipped <= set(pinned.findall((ROOT / "requirements.txt").read_text()))
    assert not {one for one in shipped if one.startswith(("boto", "chalice=="))}  # Lambda and chalice bring these
