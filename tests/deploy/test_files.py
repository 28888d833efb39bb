"""The files of deploy/: sound by the linters and schemas of those who read them, of one mind with each other, and told in the docs as they are."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from dagster._core.instance.config import dagster_instance_config

from pipelines import executors
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent
DOCS = [ROOT / "docs" / name for name in ("deployment.md", "deployment.ja.md")]


def read(name: str) -> Any:
    return yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))


def hadolint(file: Path) -> str:
    done = subprocess.run([BIN / "hadolint", "--no-color", file], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def compose(file: Path) -> str:
    command = [BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", file]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout if done.returncode else ""


def instance(told: Mapping[str, Any], folder: Path) -> None:
    """Raises what Dagster raises of a dagster.yaml that it does not understand."""
    (folder / "dagster.yaml").write_text(yaml.safe_dump(dict(told)), encoding="utf-8")
    dagster_instance_config(str(folder))


def test_the_dockerfile_passes_its_linter(tmp_path: Path) -> None:
    assert hadolint(DEPLOY / "Dockerfile") == ""
    careless = tmp_path / "Dockerfile"
    careless.write_text((DEPLOY / "Dockerfile").read_text().replace("3.12.11-slim-bookworm", "latest"))
    assert "DL3007" in hadolint(careless)


def test_the_compose_file_is_what_its_specification_says(tmp_path: Path) -> None:
    assert compose(DEPLOY / "compose.yaml") == ""
    wrong = tmp_path / "compose.yaml"
    wrong.write_text((DEPLOY / "compose.yaml").read_text().replace("service_healthy", "service_fine"))
    assert "service_fine" in compose(wrong)


def test_dagster_understands_its_settings(tmp_path: Path) -> None:
    instance(read("dagster.yaml"), tmp_path)
    with pytest.raises(Exception, match="run_retries"):
        instance(read("dagster.yaml") | {"run_retries": {"enabled": "sometimes"}}, tmp_path)


def test_dagster_understands_what_the_chart_makes_of_the_values(tmp_path: Path) -> None:
    """The chart writes these values into dagster.yaml, under Dagster's names. That its own schema takes them, `helm template` says."""
    values = read("values.yaml")
    daemon = values["dagsterDaemon"]
    made = {"run_monitoring": snake(daemon["runMonitoring"]), "run_retries": snake(daemon["runRetries"])}
    instance(made | values["additionalInstanceConfig"], tmp_path)
    assert daemon["runCoordinator"] == {"enabled": False}
    coordinator = {"module": "dagster.core.run_coordinator", "class": "QueuedRunCoordinator", "config": {"max_concurrent_runs": -1}}
    with pytest.raises(Exception, match="max_concurrent_runs"):  # what the chart writes where it is enabled
        instance({"run_coordinator": coordinator} | values["additionalInstanceConfig"], tmp_path)
    pools = read("dagster.yaml")["concurrency"]["pools"]
    assert values["additionalInstanceConfig"]["concurrency"]["pools"] == pools == {"granularity": "op", "default_limit": 1}, "one writer"


def snake(told: Mapping[str, Any]) -> dict[str, Any]:
    return {re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower(): value for name, value in told.items()}


def test_every_file_speaks_of_the_same_image_ports_and_settings() -> None:
    services, dockerfile = read("compose.yaml")["services"], (DEPLOY / "Dockerfile").read_text()
    ours = {name: service for name, service in services.items() if service["image"] == "shinchoku"}
    assert set(ours) == {"code", "web", "daemon", "worker"}
    (code,) = read("workspace.yaml")["load_from"]
    assert code["grpc_server"] == {"host": "code", "port": 4000, "location_name": "shinchoku"}
    assert '"-p", "4000"' in dockerfile and '"--location-name", "shinchoku"' in dockerfile and "command" not in services["code"]
    named = set(re.findall(r"env: (\w+)", (DEPLOY / "dagster.yaml").read_text())) | {executors.BROKER}
    for name, service in ours.items():
        assert named <= set(service["environment"]), name
    assert "celery -A pipelines.celery_app worker" in services["worker"]["command"]
    deployment = read("values.yaml")["dagster-user-deployments"]["deployments"][0]
    assert deployment["port"] == 4000 and "pipelines.definitions" in deployment["dagsterApiGrpcArgs"]
    assert deployment["image"]["tag"] == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    copied = re.findall(r"^COPY (.+) \S+$", dockerfile, re.M)
    for source in " ".join(copied).split():
        assert (ROOT / source).exists(), source
        assert f"!{source}" in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines(), f"{source} is sent to the builder"


def test_nothing_secret_stands_in_a_file() -> None:
    for file in DEPLOY.iterdir():
        for line in file.read_text(encoding="utf-8").splitlines():
            if re.search(r"(PASSWORD|SECRET_ACCESS_KEY|TOKEN)\w*:", line):
                assert re.search(r"\$\{\w+:[-?]\}", line) or line.lstrip().startswith("#"), f"{file.name}: {line}"


@pytest.mark.parametrize("page", DOCS, ids=lambda path: path.name)
def test_the_docs_show_the_files_as_they_are(page: Path) -> None:
    shown = dict(re.findall(r"^`(deploy/[\w.]+)`:\n\n```\w+\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S))
    assert set(shown) == {f"deploy/{name}" for name in ("dagster.yaml", "compose.yaml", "values.yaml", "Dockerfile")}
    for name, text in shown.items():
        assert text == (ROOT / name).read_text(encoding="utf-8"), name


@pytest.mark.parametrize("page", DOCS, ids=lambda path: path.name)
def test_the_docs_name_every_setting_of_many_machines(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for name in (executors.EXECUTOR, executors.BROKER, executors.REDELIVERY, "SHINCHOKU_POSTGRES", "DAGSTER_HOME", "SHINCHOKU_HOME"):
        assert f"| `{name}` |" in text, name
    assert f"{executors.LONGEST}" in text
