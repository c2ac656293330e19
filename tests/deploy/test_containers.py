"""Where no container engine answers, tests go on with the embedded servers: at once, and without a warning."""

import gc
from pathlib import Path

import pytest
from docker.errors import DockerException, ImageNotFound  # type: ignore[import-untyped]

from tests import containers


def test_no_engine_means_no_containers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
    with containers.started() as engine:
        assert engine is None
    gc.collect()  # what was left open would be reported now, as an error


def test_an_image_that_is_nowhere_is_reported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Engine:
        """Has no images, and reaches no registry."""

        images = property(lambda self: self)

        def get(self, image: str) -> None:
            raise ImageNotFound(image)

        def pull(self, image: str) -> None:
            raise DockerException(image)

    assert not containers.images_there(Engine(), ["some/kafka:1"])
    assert "some/kafka:1 is neither here nor to be fetched" in capsys.readouterr().err
