"""One CKAN site over its action API: where it is, who asks, and what went wrong in words. Knows nothing of releases.

The token goes into request headers and nowhere else: not into messages, logs, metadata, or tracebacks (errors of the libraries
below are not chained, since they carry the request).
"""

from __future__ import annotations

import hashlib
import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlsplit

from sources.errors import PassingError, ShinchokuError
from warehouse.catalogue.offer import license_names

URL, TOKEN, ORGANIZATION = "SHINCHOKU_CKAN_URL", "SHINCHOKU_CKAN_TOKEN", "SHINCHOKU_CKAN_ORGANIZATION"
TIMEOUT = (10, 300)  # seconds to connect, seconds to answer: indexing a dataset can take minutes on a loaded site
OLDEST = (2, 9)  # the first CKAN with package_revise
OVERLOADED = ("429", "502", "503", "504")  # answers of a server that may be well again soon
LOADERS = ("xloader", "datapusher", "datapusher_plus")


@dataclass(frozen=True, slots=True)
class Settings:
    """Address, organisation and token of a site. The token is never shown."""

    url: str
    organization: str
    token: str = field(repr=False)

    @classmethod
    def find(cls, url: str = "", token: str = "", organization: str = "") -> Settings | None:
        """From the arguments, and where one is empty from the environment; None where no address is set."""
        url = (url or os.environ.get(URL, "")).strip().rstrip("/")
        if not url:
            return None
        _check_address(url)
        token = (token or os.environ.get(TOKEN, "")).strip()
        organization = (organization or os.environ.get(ORGANIZATION, "")).strip()
        for value, name, en, ja in (
            (token, TOKEN, "an API token of a user who may edit there (in CKAN: user page, API Tokens)", "APIトークン（CKANの利用者ページで発行）"),
            (organization, ORGANIZATION, "the name of the organisation that publishes", "公開する組織の名前"),
        ):
            if not value:
                raise ShinchokuError(f"{name} is not set. Set it to {en}.", f"{name} が設定されていません。{ja}を設定してください。")
        if not re.fullmatch(r"[!-~]+", token):
            raise ShinchokuError(
                f"{TOKEN} has spaces or characters that no token has. Copy the token again.",
                f"{TOKEN} に空白などトークンにない文字があります。トークンを写し直してください。",
            )
        return cls(url, organization, token)


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.query or parts.fragment:
        raise ShinchokuError(
            f"{URL} is not the address of a CKAN site. It looks like https://catalogue.example, without user, query or fragment.",
            f"{URL} がCKANのアドレスではありません。https://catalogue.example の形で、利用者名や ? や # を含めずに設定してください。",
        )
    if parts.scheme == "http" and not _is_loopback(host):
        raise ShinchokuError(
            f"{URL}: http would send the token in the clear to {host}. Use https.",
            f"{URL}：httpではトークンが暗号化されずに {host} へ送られます。httpsのアドレスを設定してください。",
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Site:
    """Calls of one site; every failure is a ShinchokuError."""

    def __init__(self, settings: Settings) -> None:
        import requests
        from ckanapi import RemoteCKAN

        self.settings = settings
        self.url = settings.url
        self._session = requests.Session()
        self._ckan = RemoteCKAN(settings.url, apikey=settings.token, user_agent="shinchoku", session=self._session)

    @cached_property
    def status(self) -> Mapping[str, Any]:
        status: Mapping[str, Any] = self.call("status_show")
        version = str(status.get("ckan_version", ""))
        numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:2])
        if numbers < OLDEST:
            raise ShinchokuError(
                f"{self.url} runs CKAN {version or '?'}; publishing in one step needs 2.9 or newer (package_revise).",
                f"{self.url} はCKAN {version or '?'} です。一括での切り替えには2.9以上（package_revise）が必要です。",
            )
        return status

    @property
    def extensions(self) -> tuple[str, ...]:
        return tuple(self.status.get("extensions") or ())

    @property
    def loader(self) -> str:
        """The extension that loads uploaded tables into the DataStore by itself; empty where there is none."""
        return next((name for name in LOADERS if name in self.extensions), "")

    @cached_property
    def organization(self) -> str:
        """The id of the organisation, after it is known that the token may publish for it."""
        wanted = self.settings.organization
        for found in self.call("organization_list_for_user", permission="create_dataset"):
            if wanted in (found["id"], found["name"]):
                return str(found["id"])
        if self.show("user_show", hidden=True) is None:
            raise ShinchokuError(
                f"{self.url} does not know the token in {TOKEN}. Make a new one there (user page, API Tokens) and set it.",
                f"{TOKEN} のトークンは {self.url} で認められません。CKANの利用者ページで新しく発行し、設定してください。",
            )
        raise ShinchokuError(
            f"{self.url}: the token's user may not publish for the organisation {wanted!r}. Check {ORGANIZATION}, or have the user "
            "made editor of that organisation.",
            f"{self.url}：このトークンの利用者には、組織 {wanted!r} で公開する権限がありません。{ORGANIZATION} を確かめるか、"
            "組織の編集者に加えてもらってください。",
        )

    def license_id(self, spdx: str, address: str) -> str:
        """The site's own id for a licence."""
        licenses = self.call("license_list")
        ids = {str(entry["id"]).lower(): str(entry["id"]) for entry in licenses}
        for name in license_names(spdx):
            if name in ids:
                return ids[name]
        for entry in licenses:
            if entry.get("url") and _plain(entry["url"]) == _plain(address):
                return str(entry["id"])
        raise ShinchokuError(
            f"{self.url} offers no licence {spdx} ({', '.join(ids.values())}). Ask its administrators to add it to license_list, "
            "or settle on one of these in series.yaml.",
            f"{self.url} のライセンス一覧に {spdx} がありません（{', '.join(ids.values())}）。管理者に追加を依頼するか、"
            "series.yaml のライセンスを見直してください。",
        )

    def package(self, name: str) -> dict[str, Any] | None:
        """A dataset of our organisation; None where the name is free."""
        from ckanapi import NotAuthorized, NotFound

        try:
            found: dict[str, Any] = self._call("package_show", {"id": name})
        except NotFound:
            return None
        except NotAuthorized:  # private, of an organisation that the token does not belong to
            raise self._taken(name) from None
        except Exception as error:
            raise self._told(error, "package_show", name) from None
        if found.get("owner_org") != self.organization:
            raise self._taken(name)
        return found

    def _taken(self, name: str) -> ShinchokuError:
        return ShinchokuError(
            f"{self.url}: the dataset name {name} is taken by another organisation. Ask its administrators who owns it; if it is not "
            "yours, choose another `dataset` in series.yaml.",
            f"{self.url}：データセット名 {name} は別の組織が使っています。管理者に確かめ、自組織のものでなければ series.yaml の"
            " dataset を別の名前にしてください。",
        )

    def show(self, action: str, *, hidden: bool = False, **data: Any) -> Any:
        """A call that finds something or, as None, nothing; ``hidden``: what may not be seen counts as nothing."""
        from ckanapi import NotAuthorized, NotFound

        try:
            return self._call(action, data)
        except NotFound:
            return None
        except Exception as error:
            if hidden and isinstance(error, NotAuthorized):
                return None
            raise self._told(error, action, str(data.get("id", ""))) from None

    def call(self, action: str, what: str = "", upload: tuple[str, bytes] | None = None, **data: Any) -> Any:
        """A call that must succeed. ``what`` names the dataset or file in the message if it does not."""
        try:
            return self._call(action, data, upload)
        except Exception as error:
            size = len(upload[1]) if upload else 0
            raise self._told(error, action, what or str(data.get("name") or data.get("id") or ""), size) from None

    def _call(self, action: str, data: dict[str, Any], upload: tuple[str, bytes] | None = None) -> Any:
        files = {"upload": upload} if upload else None
        return self._ckan.call_action(action, data, files=files, requests_kwargs={"timeout": TIMEOUT})

    def sha256(self, package_id: str, resource_id: str, file_name: str) -> str:
        """The sha256 of what the site gives for a resource. Asks the configured address only: the token must not go elsewhere."""
        address = f"{self.url}/dataset/{package_id}/resource/{resource_id}/download/{quote(file_name)}"
        digest = hashlib.sha256()
        try:
            headers = {"Authorization": self.settings.token}
            with self._session.get(address, headers=headers, stream=True, timeout=TIMEOUT) as answer:
                answer.raise_for_status()
                for block in answer.iter_content(1 << 20):
                    digest.update(block)
        except Exception as error:
            raise self._told(error, "download", file_name) from None
        return digest.hexdigest()

    def _told(self, error: Exception, action: str, what: str, size: int = 0) -> ShinchokuError:
        import ckanapi
        import requests

        if isinstance(error, ShinchokuError):
            return error
        place = f"{self.url} ({action}{f', {what}' if what else ''})"
        detail = self._safe(str(error))
        if isinstance(error, requests.RequestException) and not isinstance(error, requests.HTTPError):
            return PassingError(
                f"{place}: the server does not answer ({type(error).__name__}). Readers see the last whole release. Run the same "
                "command again when the server is back.",
                f"{place}：サーバーが応答しません（{type(error).__name__}）。利用者には前回の公開内容がそのまま見えています。"
                "サーバーの復旧後に、同じコマンドをもう一度実行してください。",
            )
        status = re.match(r"\['[^']*', (\d{3})", str(error))
        if _is_too_large(error, status):
            megabytes = f"{size / (1 << 20):.1f} MB"
            return ShinchokuError(
                f"{place}: the site takes no file of {megabytes}. Ask its administrators to raise ckan.max_resource_size (in MB), and the "
                "body size limit of the web server before it, above that; then run the same command again. Nothing that readers see has changed.",
                f"{place}：{megabytes} のファイルは上限を超えるため受け付けられません。管理者に ckan.max_resource_size（MB）と、"
                "手前のWebサーバーの本文サイズの上限を引き上げてもらい、同じコマンドをもう一度実行してください。"
                "利用者に見える内容は変わっていません。",
            )
        if isinstance(error, ckanapi.NotAuthorized):
            return ShinchokuError(
                f"{place}: the token's user may not do this. Have the user made editor of {self.settings.organization}, or set another {TOKEN}.",
                f"{place}：このトークンの利用者には権限がありません。組織 {self.settings.organization} の編集者に加えてもらうか、"
                f"別の {TOKEN} を設定してください。",
            )
        if isinstance(error, ckanapi.ValidationError):
            return self._refused(error.error_dict, place, what)
        kind = PassingError if status and status[1] in OVERLOADED else ShinchokuError
        return kind(
            f"{place}: this is not the answer of a working CKAN ({detail}). Check that {URL} is the address of the site's front page; if "
            "it is, run the same command again later.",
            f"{place}：正常なCKANの応答ではありません（{detail}）。{URL} がサイトのトップページのアドレスか確かめ、"
            "正しければ時間をおいて同じコマンドを実行してください。",
        )

    def _refused(self, faults: Any, place: str, what: str) -> ShinchokuError:
        faults = faults if isinstance(faults, dict) else {"": faults}
        if "in use" in str(faults.get("name", "")):
            return self._taken(what)
        if "match" in faults:
            return ShinchokuError(
                f"{place}: somebody changed the dataset at the same moment, and nothing was overwritten. Run the same command again.",
                f"{place}：同時に別の人がデータセットを変更したため、何も上書きしませんでした。同じコマンドをもう一度実行してください。",
            )
        detail = self._safe("; ".join(f"{key}: {value}" for key, value in faults.items() if key != "__type"))
        return ShinchokuError(
            f"{place}: CKAN refuses the metadata: {detail}. Complete series.yaml or edition.yaml accordingly, or ask the site's "
            "administrators what their form requires.",
            f"{place}：CKANがメタデータを受け付けません：{detail}。series.yaml か edition.yaml を補うか、"
            "必須項目をサイトの管理者に確かめてください。",
        )

    def _safe(self, text: str) -> str:
        return text.replace(self.settings.token, "***")[:600]


def _is_too_large(error: Exception, status: re.Match[str] | None) -> bool:
    faults = getattr(error, "error_dict", None)
    said = str(faults.get("upload", "")) if isinstance(faults, dict) else ""
    return bool(status and status[1] == "413") or bool(re.search(r"too large|exceeds|maximum", said, re.IGNORECASE))


def _plain(address: str) -> str:
    return re.sub(r"^https?://(www\.)?|/(deed.*|legalcode.*)?$", "", address.lower())
