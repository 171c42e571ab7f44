"""The bill of materials, in CycloneDX: everything in Cargo.lock, and what of it ships in which program. Made of Cargo.lock and
`cargo metadata` alone, so that the same source gives the same bill."""

import json
import subprocess
import tomllib
import uuid
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SERVICES = ["access-service", "mailbox-service", "notification-service"]
# What images are built for: deploy/Dockerfile.
TARGET = "x86_64-unknown-linux-musl"


def lock():
    return tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]


def metadata(*arguments):
    command = ["cargo", "metadata", "--locked", "--format-version", "1", *arguments]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def purl(package):
    return f"pkg:cargo/{package['name']}@{package['version']}"


def shipped(described):
    """Which services each package is compiled into, by its id: what runs while building does not ship."""
    names = {package["id"]: package["name"] for package in described["packages"]}
    needs = {
        node["id"]: [need["pkg"] for need in node["deps"] if any(kind["kind"] is None for kind in need["dep_kinds"])]
        for node in described["resolve"]["nodes"]
    }
    found = {}
    for service in SERVICES:
        open_ids = [id for id, name in names.items() if name == service]
        while open_ids:
            id = open_ids.pop()
            if service not in found.setdefault(id, []):
                found[id].append(service)
                open_ids += needs[id]
    return found


def component(package, locked, services):
    made = {
        "type": "application" if package["name"] in SERVICES else "library",
        "bom-ref": purl(package),
        "name": package["name"],
        "version": package["version"],
        "scope": "required" if services else "excluded",
        "purl": purl(package),
    }
    if package["license"]:
        # The way of writing "either" from before there were expressions.
        made["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    if "checksum" in locked:
        made["hashes"] = [{"alg": "SHA-256", "content": locked["checksum"]}]
    if services:
        made["properties"] = [{"name": "digitalpost:shipped-in", "value": service} for service in services]
    return made


def bill():
    locked = {purl(package): package for package in lock()}
    everything, described = metadata(), shipped(metadata("--filter-platform", TARGET))
    refs = {package["id"]: purl(package) for package in everything["packages"]}
    components = [
        component(package, locked[purl(package)], described.get(package["id"], [])) for package in everything["packages"]
    ]
    needs = [
        {"ref": refs[node["id"]], "dependsOn": sorted({refs[need] for need in node["dependencies"]})}
        for node in everything["resolve"]["nodes"]
    ]
    version = next(package["version"] for package in everything["packages"] if package["name"] == SERVICES[0])
    text = (ROOT / "Cargo.lock").read_text()
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, text)}",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "digital-post", "version": version}},
        "components": sorted(components, key=lambda made: made["bom-ref"]),
        "dependencies": sorted(needs, key=lambda need: need["ref"]),
    }
