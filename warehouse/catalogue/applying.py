"""An offer to a site, so that readers see the release before or this one, whole.

What CKAN can guarantee: one call changes the metadata of one dataset with all its resources, or nothing of it. It cannot change
several files at once: an upload takes the place of the old bytes by itself, before the metadata, so files uploaded over those of
a public dataset show a mixture until the last one is done, and for good where the upload was broken off. So nothing that readers
see is ever written over:

1. The files of a release go to a dataset of their own, named after their content, which is private until each file has been
   downloaded again and its sha256 compared, and the tables are in the DataStore. Then it becomes public, in one call, and stays as
   it is: the immutable release.
2. The dataset of the series has a link to each of these files. One package_revise points all links, sums, sizes and words to
   the new release; it is refused if somebody else changed the dataset meanwhile. The ids of its resources stay, and their
   addresses (/dataset/<name>/resource/<id>/download/<file>) lead to the newest file.

Whoever took the addresses from the metadata gets exactly the bytes that the metadata describes, also when the switch comes between.
Each step first looks at what is there, so after an interruption the same call goes on where the last one stopped. What CKAN does
not do in one step: an extension that loads tables (XLoader, DataPusher) fills the table of the series' dataset by itself, some time
after the switch. Without one the tables are those of the immutable release alone, whole from the beginning.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sources.errors import ShinchokuError
from warehouse.catalogue import datastore
from warehouse.catalogue.offer import File, Offer
from warehouse.catalogue.planning import file_changes, is_superseded, merged, package_changes, pointer, resource_changes
from warehouse.catalogue.site import Site

Say = Callable[[str], None]


def apply(site: Site, offer: Offer, say: Say = lambda line: None) -> bool:
    """Bring the site to where the plan says; ``say`` is told each change. False where nothing had to change."""
    said: list[str] = []

    def tell(line: str) -> None:
        said.append(line)
        say(line)

    series = offer.source.series
    organization = site.organization
    license_id = site.license_id(series["license"], series["license_url"])
    fixed = _fixed(site, offer, offer.package(license_id, organization, fixed=True), tell)
    _switch(site, offer, offer.package(license_id, organization, fixed=False), fixed, tell)
    return bool(said)


def _fixed(site: Site, offer: Offer, wanted: dict[str, Any], say: Say) -> dict[str, Any]:
    """The immutable dataset of this release: made in private, compared, then public."""
    package = site.package(offer.fixed_name)
    if package is None:
        package = site.call("package_create", **wanted, private=True)
        say(f"+ {offer.fixed_name} (private / 非公開)")
    elif package_changes(package, wanted):
        package = site.call("package_patch", **{**merged(package, wanted), "id": package["id"]})
        say(f"~ {offer.fixed_name}")
    held = {resource["name"]: resource for resource in package["resources"]}
    for file in offer.files:
        held[file.path] = _upload(site, package["id"], file, held.get(file.path), say)
    if package["private"]:
        site.call("package_patch", id=package["id"], private=False)
        say(f"~ {offer.fixed_name} (public / 公開)")
    return {name: resource for name, resource in held.items() if name in {file.path for file in offer.files}}


def _upload(site: Site, package_id: str, file: File, resource: dict[str, Any] | None, say: Say) -> dict[str, Any]:
    """One file of the immutable dataset. Its ``hash`` is written last: where it stands, the bytes have been compared."""
    is_table = file.table is not None and "datastore" in site.extensions
    if resource is None:
        # Without the bytes at first: a loader that sees the file must already find the data dictionary.
        resource = site.call("resource_create", file.path, package_id=package_id, **file.described)
    if is_table and site.loader:
        datastore.describe(site, resource["id"], file)
    different = file_changes(resource, file)
    if "hash" in different or "size" in different:
        resource = site.call("resource_patch", file.path, upload=(file.file_name, file.read()), id=resource["id"], hash="", **file.described)
        found = site.sha256(package_id, resource["id"], str(resource["url"]).rpartition("/")[2])
        if found != file.sha256:
            raise ShinchokuError(
                f"{site.url} ({file.path}): what was downloaded again is not what was sent (sha256 {found} instead of {file.sha256}). "
                "It was not made public. Ask the site's administrators what changes uploads, and run the same command again.",
                f"{site.url}（{file.path}）：登録後に取得し直した内容が送ったものと異なります（sha256 {found}、正しくは {file.sha256}）。"
                "公開はしていません。管理者に原因を確かめ、同じコマンドをもう一度実行してください。",
            )
        say(f"+ {file.path}")
    if is_table and not site.loader:
        if datastore.fill(site, resource["id"], file):
            say(f"+ {file.path} (DataStore)")
        datastore.preview(site, resource["id"], file)
    if different:
        resource = site.call("resource_patch", file.path, id=resource["id"], **file.described, size=file.size, hash=file.hash)
    return dict(resource)


def _switch(site: Site, offer: Offer, wanted: dict[str, Any], fixed: dict[str, Any], say: Say) -> None:
    """Let the series' dataset show this release, in one call."""
    package = site.package(offer.name)
    if package is None:
        package = site.call("package_create", **wanted, private=True, resources=[file.described for file in offer.files])
        say(f"+ {offer.name} (private / 非公開)")
    if "datastore" in site.extensions and site.loader and package["private"]:
        _describe(site, offer, package, say)
    pointers = {file.path: pointer(file, fixed[file.path]) for file in offer.files}
    held = {resource["name"]: resource for resource in reversed(package["resources"]) if resource["name"] in pointers}
    ours = {resource["id"] for resource in held.values()}
    superseded = [resource for resource in package["resources"] if is_superseded(resource, offer)]
    others = [resource for resource in package["resources"] if resource["id"] not in ours and resource not in superseded]
    if (
        package["private"]
        or package_changes(package, wanted)
        or superseded
        or any(name not in held or resource_changes(held[name], entry) for name, entry in pointers.items())
    ):
        package = site.call(
            "package_revise",
            offer.name,
            match={"id": package["id"], "metadata_modified": package["metadata_modified"]},
            filter=["-resources", "-extras", "-tags"],
            update={
                **merged(package, wanted),
                "private": False,
                "resources": [*({**held.get(name, {}), **entry} for name, entry in pointers.items()), *others],
            },
        )["package"]
        say(f"~ {offer.name} → {offer.version} (public / 公開)")
    if "datastore" in site.extensions and site.loader:
        _describe(site, offer, package, say)


def _describe(site: Site, offer: Offer, package: dict[str, Any], say: Say) -> None:
    """The data dictionary of tables that a loader fills. For a new table in a public dataset it comes late, so it is loaded again."""
    files = {file.path: file for file in offer.files if file.table}
    for resource in package["resources"]:
        file = files.get(resource["name"])
        if file and datastore.describe(site, resource["id"], file):
            say(f"+ {file.path} (DataStore)")
            if not package["private"]:
                datastore.reload(site, resource["id"], file)
