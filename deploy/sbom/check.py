"""Holds the bill of materials to CycloneDX's schema and to Cargo.lock; then spoils it in turn and sees that it is found out.

    python3 -m venv venv && venv/bin/pip install -r deploy/sbom/requirements.txt
    venv/bin/python deploy/sbom/check.py
"""

import copy
import json
import sys

from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation import make_schemabased_validator

from bill import SERVICES, bill, lock, purl

VALIDATOR = make_schemabased_validator(OutputFormat.JSON, SchemaVersion.V1_6)


def problems(made):
    invalid = VALIDATOR.validate_str(json.dumps(made))
    if invalid:
        yield f"schema: {invalid}"[:500]
    listed = {component.get("purl"): component for component in made["components"]}
    locked = {purl(package): package for package in lock()}
    yield from (f"{name} is not in Cargo.lock" for name in listed.keys() - locked.keys())
    yield from (f"{name} is missing" for name in locked.keys() - listed.keys())
    for name, component in listed.items():
        checksum = [hash["content"] for hash in component.get("hashes", [])]
        if name in locked and checksum != [sum for sum in [locked[name].get("checksum")] if sum]:
            yield f"{name}: another checksum than in Cargo.lock"
        if not component.get("licenses"):
            yield f"{name}: no licence"
    for service in SERVICES:
        ships = [c for c in made["components"] if {"name": "digitalpost:shipped-in", "value": service} in c.get("properties", [])]
        if not {"ring", "tokio", "tonic", "sqlx", service} <= {component["name"] for component in ships}:
            yield f"{service}: does not ship what it is made of"


def without_one(made):
    made["components"].pop(100)


def one_too_many(made):
    made["components"].append({**made["components"][100], "purl": "pkg:cargo/more@1.0.0", "bom-ref": "more"})


def another_checksum(made):
    next(component for component in made["components"] if "hashes" in component)["hashes"][0]["content"] = "0" * 64


def without_a_licence(made):
    del made["components"][100]["licenses"]


def of_no_known_type(made):
    made["components"][100]["type"] = "thing"


def that_ships_nothing(made):
    for component in made["components"]:
        component.pop("properties", None)


def main():
    made = bill()
    failed = list(problems(made))
    for spoil in [without_one, one_too_many, another_checksum, without_a_licence, of_no_known_type, that_ships_nothing]:
        spoilt = copy.deepcopy(made)
        spoil(spoilt)
        if not list(problems(spoilt)):
            failed.append(f"a bill {spoil.__name__} is not found out")
    print(*failed, f"{len(made['components'])} components, {len(failed)} problems", sep="\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
