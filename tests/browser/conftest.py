"""One browser for each worker; for each test the agent's workspace, scripted routes, and a profile of its own."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from local import tls
from local.cognito import Cognito
from local.tls import Certificates
from local.workspace import Workspace
from tests.browser.scripted import ScriptedApi
from tests.browser.signing import NAME, PASSWORD
from tests.browser.stage import Stage

_PATIENCE_MS = 15_000
_ARGUMENTS = (
    *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return tls.certificates(tmp_path_factory.mktemp("browser") / "tls")


@pytest.fixture(scope="session")
def launch() -> Iterator[Callable[..., Browser]]:
    """Starts Chromium with whatever arguments it needs besides those that every test does."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not chromium:
        pytest.fail("there is no Chromium: `make debian` installs it; or say CHROMIUM=/path/to/it", pytrace=False)
    unboxed = ["--no-sandbox"] if os.geteuid() == 0 else []
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        yield lambda *more: playwright.chromium.launch(executable_path=chromium, args=[*_ARGUMENTS, *unboxed, *more])


@pytest.fixture(scope="session")
def browser(launch: Callable[..., Browser], certificates: Certificates) -> Iterator[Browser]:
    """Chromium, which trusts the laptop's one certificate and no other of its own making."""
    browser = launch(f"--ignore-certificate-errors-spki-list={_key_hash(certificates.server_file)}")
    yield browser
    browser.close()


def _key_hash(server_file: Path) -> str:
    pem = re.search(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", server_file.read_bytes(), re.DOTALL)
    assert pem is not None
    key = x509.load_pem_x509_certificate(pem.group()).public_key()
    written = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(written).digest()).decode()


@pytest.fixture
def workspace(certificates: Certificates) -> Iterator[Workspace]:
    workspace = Workspace(["anna", "bo"], certificates.server_context())
    with workspace.server:
        yield workspace
    assert workspace.server.failures == []


@pytest.fixture
def api(certificates: Certificates, workspace: Workspace) -> Iterator[ScriptedApi]:
    """The routes, known to the workspace."""
    api = ScriptedApi(certificates.server_context())
    api.environment |= {"WORKSPACE_ORIGIN": workspace.origin, "CCP_URL": workspace.ccp_url}
    with api.server:
        workspace.access_url = f"{api.url}/agent"
        workspace.approved_origins = [api.server.url]
        yield api
    assert api.server.failures == []


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(
        locale="en-GB", timezone_id="Europe/Stockholm", viewport={"width": 420, "height": 720}
    )
    context.set_default_timeout(_PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def stage(context: BrowserContext, workspace: Workspace, api: ScriptedApi) -> Iterator[Stage]:
    """An agent's browser; whatever its pages complain of fails the test."""
    stage = Stage(context, workspace, api)
    yield stage
    assert stage.complaints == []


@pytest.fixture
def pool(certificates: Certificates, stage: Stage) -> Iterator[Cognito]:
    """Agents sign in here; the routes take what it gave."""
    pool = Cognito(time.time, certificates.server_context(), [f"{stage.api.url}/agent/signed-in"])
    pool.add(NAME, PASSWORD)
    with pool.server:
        stage.api.environment |= {
            "AGENT_LOGIN": "cognito",
            "COGNITO_DOMAIN": pool.domain,
            "COGNITO_CLIENT_ID": pool.client_id,
            "COGNITO_ISSUER": pool.issuer,
        }
        yield pool
    assert pool.server.failures == []
