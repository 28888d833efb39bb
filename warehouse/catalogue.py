"""What of a release may go to a catalogue, and what would be sent there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from sources.errors import ShinchokuError
from warehouse.exports.release import checksums


@dataclass(frozen=True, slots=True)
class Sending:
    """A file of the release as a catalogue would get it: its path in the release, size in bytes and sha256."""

    path: str
    size: int
    sha256: str


def plan(warehouse: Path, release: Path) -> list[Sending]:
    """The files that a catalogue would get, by path.

    Raises ShinchokuError where there is no release yet, and where an edition in it is a facsimile or is not accepted: a
    catalogue shows data under the publisher's name, so nothing but the publisher's own, accepted reports may stand behind it.
    """
    if not warehouse.exists() or not release.exists():
        raise ShinchokuError(
            f"{release}: there is nothing to publish yet. Run `shinchoku run` first.",
            f"{release}：公開するものがまだありません。先に shinchoku run を実行してください。",
        )
    connection = duckdb.connect(str(warehouse), read_only=True)
    try:
        editions = connection.execute("SELECT edition_id, origin, status FROM edition ORDER BY edition_id").fetchall()
    finally:
        connection.close()
    for edition_id, origin, status in editions:
        if origin != "original":
            raise ShinchokuError(
                f"{edition_id}: origin is {origin}, not the publisher's own file; it is not sent to a catalogue. "
                "Put the publisher's file in its place (README) and run again.",
                f"{edition_id}：原本ではありません（origin: {origin}）。カタログには登録できません。"
                "READMEの手順で公表元のファイルに差し替えてから実行し直してください。",
            )
        if status != "accepted":
            raise ShinchokuError(
                f"{edition_id}: status is {status}; only accepted editions are sent to a catalogue.",
                f"{edition_id}：状態が {status} です。acceptedの版だけをカタログに登録できます。",
            )
    sums = checksums(release)
    return [Sending(path, (release / path).stat().st_size, digest) for path, digest in sorted(sums.items())]
