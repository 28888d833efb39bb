"""A CKAN in this process, for what a real one cannot be made to do: the actions that publishing uses, as CKAN 2.12 answers them.

What it does not know it refuses, and tests can break it: ``faults`` are called before an action and may answer in its place.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "secret-token-never-shown"
ORGANIZATION = "city"


class RefusalError(Exception):
    def __init__(self, status: int, kind: str, **fields: Any) -> None:
        self.status, self.error = status, {"__type": kind, **fields}


class Double:
    """The state of the site and what it answers."""

    def __init__(self) -> None:
        self.packages: dict[str, dict[str, Any]] = {}
        self.bytes: dict[str, bytes] = {}
        self.tables: dict[str, dict[str, Any]] = {}
        self.views: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.faults: dict[str, Callable[[dict[str, Any]], None]] = {}
        self.extensions = ["activity", "datastore", "datatables_view"]
        self.version = "2.12.0"
        self.licenses = [{"id": "notspecified", "url": ""}, {"id": "cc-by", "url": "http://www.opendefinition.org/licenses/cc-by"}]
        self.tampers = False
        self.clock = 0
        self.raw: tuple[int, bytes] | None = None  # what every call is answered with, whatever it is

    @property
    def writes(self) -> list[str]:
        return [call for call in self.calls if not call.endswith(("_show", "_list", "_info", "_for_user", "download"))]

    def modified(self, package: dict[str, Any]) -> dict[str, Any]:
        self.clock += 1
        package["metadata_modified"] = f"2026-01-01T00:00:00.{self.clock:06}"
        for resource in package["resources"]:
            resource.setdefault("id", str(uuid.uuid4()))
            if resource.get("url_type") == "upload":
                name = str(resource["url"]).rpartition("/")[2].lower()
                resource["url"] = f"{self.url}/dataset/{package['id']}/resource/{resource['id']}/download/{name}"
        return package

    def found(self, name: str) -> dict[str, Any]:
        for package in self.packages.values():
            if name in (package["id"], package["name"]):
                return package
        raise RefusalError(404, "Not Found Error", message="Not found")

    def resource(self, resource_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
        for package in self.packages.values():
            for resource in package["resources"]:
                if resource["id"] == resource_id:
                    return package, resource
        raise RefusalError(404, "Not Found Error", message="Not found")

    def act(self, action: str, data: dict[str, Any], token: str | None, upload: tuple[str, bytes] | None) -> Any:
        self.calls.append(action)
        if action in self.faults:
            self.faults[action](data)
        known = token == TOKEN
        match action:
            case "status_show":
                return {"ckan_version": self.version, "extensions": self.extensions}
            case "license_list":
                return self.licenses
            case "organization_list_for_user":
                return [{"id": "org-id", "name": ORGANIZATION}] if known else []
            case "user_show" if known:
                return {"name": "editor"}
            case "user_show":
                raise RefusalError(404, "Not Found Error", message="Not found")
            case "package_show":
                package = self.found(data["id"])
                if package["private"] and (not known or package["owner_org"] != "org-id"):
                    raise RefusalError(403, "Authorization Error", message="Access denied")
                return package
        if not known:
            raise RefusalError(403, "Authorization Error", message=f"Access denied: {token}")
        match action:
            case "package_create":
                if any(package["name"] == data["name"] for package in self.packages.values()):
                    raise RefusalError(409, "Validation Error", name=["That URL is already in use."])
                package = {"id": str(uuid.uuid4()), "resources": [], **data}
                self.packages[package["id"]] = self.modified(package)
                return package
            case "package_patch":
                package = self.found(data["id"])
                package.update({key: value for key, value in data.items() if key != "id"})
                return self.modified(package)
            case "package_revise":
                package = self.found(data["match"]["id"])
                if package["metadata_modified"] != data["match"]["metadata_modified"]:
                    raise RefusalError(409, "Validation Error", match=["metadata_modified"])
                assert data["filter"] == ["-resources", "-extras", "-tags"]
                package.update(data["update"])
                return {"package": self.modified(package)}
            case "resource_create":
                package = self.found(data.pop("package_id"))
                package["resources"].append(resource := {"url": "", **data})
                self.modified(package)
                return resource
            case "resource_patch":
                package, resource = self.resource(data["id"])
                resource.update(data)
                if upload:
                    self.bytes[data["id"]] = upload[1]
                    resource |= {"url": upload[0], "url_type": "upload", "size": len(upload[1])}
                self.modified(package)
                return resource
            case "resource_view_list":
                return [view for view in self.views if view["resource_id"] == data["id"]]
            case "resource_view_create":
                self.views.append(data)
                return data
            case "datastore_info" if data["id"] in self.tables:
                table = self.tables[data["id"]]
                return {"fields": table["fields"], "meta": {"count": len(table["records"])}}
            case "datastore_info":
                raise RefusalError(404, "Not Found Error", message="Not found")
            case "datastore_create":
                self.tables[data["resource_id"]] = {"fields": data["fields"], "records": data.get("records", [])}
                return {}
            case "datastore_upsert":
                self.tables[data["resource_id"]]["records"] += data["records"]
                return {}
            case "datastore_delete":
                del self.tables[data["resource_id"]]
                return {}
            case "xloader_submit" | "datapusher_submit":
                return True
        raise RefusalError(400, "Bad Request", message=f"Action name not known: {action}")

    def __enter__(self) -> Double:
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if double.raw:
                    return self.answer(*double.raw)
                data, upload = _read(self.headers["Content-Type"], body)
                try:
                    action = self.path.rpartition("/")[2]
                    result = double.act(action, data, self.headers.get("Authorization"), upload)
                    return self.answer(200, json.dumps({"success": True, "result": result}).encode())
                except RefusalError as refusal:
                    return self.answer(refusal.status, json.dumps({"success": False, "error": refusal.error}).encode())

            def do_GET(self) -> None:
                double.calls.append("download")
                content = double.bytes[self.path.split("/")[4]]
                self.answer(200, content + b"!" if double.tampers else content)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def _read(content_type: str, body: bytes) -> tuple[dict[str, Any], tuple[str, bytes] | None]:
    if content_type.startswith("application/json"):
        return json.loads(body), None
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    data: dict[str, Any] = {}
    upload = None
    for part in message.iter_parts():
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        name = part.get_param("name", header="content-disposition")
        if name == "upload":
            upload = (str(part.get_filename()), content)
        else:
            data[str(name)] = content.decode()
    return data, upload
