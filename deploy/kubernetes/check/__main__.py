"""Renders both overlays, validates them against the schemas of two versions of Kubernetes, and holds them to the rules of
rules*.py; then breaks each rule in turn and sees that it is found out. Needs no cluster.

    python3 -m venv venv && venv/bin/pip install -r deploy/kubernetes/check/requirements.txt
    venv/bin/python deploy/kubernetes/check
"""

import copy
import subprocess
import sys
from pathlib import Path

import kubernetes_validate
import yaml

import rules
from manifests import Overlay
from mutants import MUTANTS

VERSIONS = ["1.37", "1.35"]
# What cert-manager adds to Kubernetes has no schema here; rules.py looks at it.
WITHOUT_SCHEMA = {"Certificate", "Issuer"}
OVERLAYS = Path(__file__).parent.parent / "overlays"


def render(name):
    kubectl = Path(sys.executable).parent / "kubectl"
    rendered = subprocess.run([kubectl, "kustomize", OVERLAYS / name], check=True, capture_output=True, text=True)
    return Overlay(name, [document for document in yaml.safe_load_all(rendered.stdout) if document])


def invalid(overlay):
    for document in overlay.documents:
        for version in VERSIONS:
            try:
                kubernetes_validate.validate(document, version, strict=True)
            except kubernetes_validate.SchemaNotFoundError:
                if document["kind"] not in WITHOUT_SCHEMA:
                    yield f"{document['kind']}: no schema in {version}"
            except kubernetes_validate.ValidationError as error:
                yield f"{document['kind']}/{document['metadata']['name']} in {version}: {error.message}"


def main():
    passed, failed = 0, 0

    def tell(name, problems):
        nonlocal passed, failed
        problems = list(problems)
        if problems:
            failed += 1
            print(f"FAILED {name}", *problems, sep="\n    ")
        else:
            passed += 1

    overlays = {name: render(name) for name in ("development", "production")}
    for name, overlay in overlays.items():
        tell(f"{name}: schemas", invalid(overlay))
        for rule in rules.ALL:
            tell(f"{name}: {rule.__name__}", rule(overlay))

    checks = {rule.__name__: rule for rule in rules.ALL} | {"schemas": invalid}
    for rule, name, mutate in MUTANTS:
        mutant = copy.deepcopy(overlays[name])
        mutate(mutant)
        tell(f"mutant of {name} for {rule}: {mutate.__name__}", [] if list(checks[rule](mutant)) else ["not found out"])
    untried = set(checks) - {rule for rule, _, _ in MUTANTS}
    tell("each rule has a mutant", sorted(untried))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
