"""A thousand follow one process; a hundred of them never read. Nobody who reads misses anything."""

from pathlib import Path

from tests.integration.crowd import crowd

READERS, SILENT, CHANGES = 900, 100, 20


async def test_a_thousand_follow_one_process_and_each_that_reads_gets_everything(
    postgres_dsn: str, tmp_path: Path
) -> None:
    async with crowd(postgres_dsn, tmp_path / "api.log") as there:
        await there.come(READERS, SILENT)
        before = there.process.memory_info().rss
        for _ in range(CHANGES):
            await there.change()  # each of the nine hundred has it, or this fails
        grown = there.process.memory_info().rss - before
        assert grown < 50_000_000, f"{grown:,} bytes"
