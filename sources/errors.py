"""The exceptions that a person is meant to read, in English and Japanese."""

from __future__ import annotations

import errno
import re

# What a terminal or a log would obey or hide: control characters other than line breaks and tabs, and marks of direction.
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: object) -> str:
    """Text from outside, such as the name of a file, as it may be printed: what would be obeyed or hidden is spelled out."""
    return UNSEEN.sub(lambda sign: f"\\u{ord(sign[0]):04x}", str(text))


class ShinchokuError(Exception):
    """What went wrong with which file or page, and the remedy: one sentence or two in each language."""

    def __init__(self, en: str, ja: str) -> None:
        self.en, self.ja = visible(en), visible(ja)
        super().__init__(self.en)

    def __str__(self) -> str:
        return f"{self.en}\n{self.ja}"


def of_system(error: BaseException, place: object) -> ShinchokuError | None:
    """What the system refused to do with a file, for the person who can make room or give leave; nothing for any other exception."""
    cause: BaseException | None = error
    while cause and not (isinstance(cause, OSError) and cause.errno in REMEDIES):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, OSError):
        en, ja = REMEDIES[cause.errno or 0]
        file, why = cause.filename or place, cause.strerror
    elif any(word in str(error) for word in SAID):  # by SQLite and by DuckDB, which do not hand on the system's number
        (en, ja), file, why = REMEDIES[errno.ENOSPC], place, str(error).splitlines()[0]
    else:
        return None
    return ShinchokuError(
        f"{file}: cannot be written ({why}). {en} What was published before stands as it was; then run the command again.",
        f"{file}：書き込めません（{why}）。{ja}公開済みの内容はそのままです。その後、もう一度実行してください。",
    )


_ROOM = ("Make room on that disk.", "ディスクの空きを増やしてください。")
_LEAVE = ("Let this user write there, or set SHINCHOKU_HOME or SHINCHOKU_SERIES to another folder.",
          "書き込み権限を与えるか、SHINCHOKU_HOMEまたはSHINCHOKU_SERIESで別のフォルダを指定してください。")  # fmt: skip
REMEDIES = dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), _ROOM) | dict.fromkeys((errno.EROFS, errno.EACCES, errno.EPERM), _LEAVE)
SAID = ("database or disk is full", "disk I/O error", "readonly database", "No space left on device", "File too large")


class PassingError(ShinchokuError):
    """What may be over when the same is tried again a little later: another writer, a server that does not answer."""
