"""Each service's decider: the same shape in all three, and every command of the service's contract is decided."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any, get_args

import pytest

import contracts.approvals
import contracts.deployments
import contracts.vacancies
from kernel.model.decider import AnyDecider, Decider
from services.approvals import decider as approvals
from services.deployments import decider as deployments
from services.vacancies import decider as vacancies

of_approvals: Decider[approvals.State, approvals.Command] = approvals
of_vacancies: Decider[vacancies.State, vacancies.Command] = vacancies
of_deployments: Decider[deployments.State, deployments.Command] = deployments
"""The type checker holds each module to the shape, and each `decide` to every command of its union."""

COMMANDS: Mapping[ModuleType, Any] = {
    contracts.approvals: approvals.Command,
    contracts.vacancies: vacancies.Command,
    contracts.deployments: deployments.Command,
}


@pytest.mark.parametrize("contract", COMMANDS, ids=lambda contract: contract.__name__)
def test_a_decider_decides_the_commands_of_its_contract_and_no_others(contract: ModuleType) -> None:
    assert set(get_args(COMMANDS[contract])) == set(contract.COMMANDS)


@pytest.mark.parametrize("decider", [of_approvals, of_vacancies, of_deployments])
def test_a_stream_of_another_service_has_no_state(decider: AnyDecider) -> None:
    with pytest.raises(ValueError, match="keeps no stream"):
        decider.initial("weather/today")
