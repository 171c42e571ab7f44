"""What holds for pods and for how many there are. A rule yields its problems; rules_of_networks.py and rules_of_configs.py
have the others."""

from manifests import SERVICES, container, selects
from rules_of_configs import (
    configuration_listens_where_probes_ask,
    files_are_where_they_are_mounted,
    production_is_strict,
    secrets_come_from_files,
    services_know_each_other_by_certificate,
    the_end_is_long_enough,
)
from rules_of_networks import nobody_talks_but_who_must, services_are_headless

VOLUMES = {"configMap", "secret", "persistentVolumeClaim", "emptyDir", "name"}


def all_three_are_there(overlay):
    if sorted(document["metadata"]["name"] for document in overlay.deployments()) != SERVICES:
        yield "the deployments are not the three services"


def pods_are_restricted(overlay):
    for name, template in overlay.workloads():
        pod, inside = template["spec"].get("securityContext", {}), container(template).get("securityContext", {})
        checks = {
            "runs as root": pod.get("runAsNonRoot") is True and pod.get("runAsUser", 0) > 0,
            "no seccomp profile": pod.get("seccompProfile") == {"type": "RuntimeDefault"},
            "may gain privileges": inside.get("allowPrivilegeEscalation") is False,
            "keeps capabilities": inside.get("capabilities") == {"drop": ["ALL"]},
            "is privileged": not inside.get("privileged"),
            "shares with its node": not any(template["spec"].get(key) for key in ("hostNetwork", "hostPID", "hostIPC")),
            "mounts what it must not": all(set(volume) <= VOLUMES for volume in template["spec"].get("volumes", [])),
            "has more than one container": len(template["spec"]["containers"]) == 1,
        }
        yield from (f"{name}: {problem}" for problem, good in checks.items() if not good)


def roots_are_read_only(overlay):
    for name, template in overlay.workloads():
        if container(template).get("securityContext", {}).get("readOnlyRootFilesystem") is not True:
            yield f"{name}: writes to its root"


def pods_have_no_token(overlay):
    for name, template in overlay.workloads():
        account = overlay.one("ServiceAccount", template["spec"].get("serviceAccountName", ""))
        if account is None or account.get("automountServiceAccountToken") is not False:
            yield f"{name}: runs as an account that is not its own, or that has a token"
        if template["spec"].get("automountServiceAccountToken") is not False:
            yield f"{name}: has a token of Kubernetes"


def pods_say_what_they_need(overlay):
    for name, template in overlay.workloads():
        resources = container(template).get("resources", {})
        if not {"cpu", "memory"} <= set(resources.get("requests", {})) or "memory" not in resources.get("limits", {}):
            yield f"{name}: no requests of processor and memory, or no limit on memory"


def images_are_named_by_their_content(overlay):
    for name, template in overlay.workloads():
        image = container(template)["image"]
        if overlay.production and "@sha256:" not in image:
            yield f"{name}: an image without a digest: {image}"
        service = name.replace("-migrate", "-service")
        if not image.split("@")[0].split(":")[0].endswith(f"digital-post/{service}"):
            yield f"{name}: another service's image: {image}"


def the_namespace_is_restricted(overlay):
    for namespace in overlay.all("Namespace"):
        if namespace["metadata"].get("labels", {}).get("pod-security.kubernetes.io/enforce") != "restricted":
            yield "the cluster is not asked to enforce it"
    outside = [document for document in overlay.documents
               if document["kind"] != "Namespace" and document["metadata"].get("namespace") != "digital-post"]
    yield from (f"{document['kind']}/{document['metadata']['name']}: outside of it" for document in outside)


def probes_ask_for_health(overlay):
    for deployment in overlay.deployments():
        asked = container(deployment["spec"]["template"])
        ports = {port["name"]: port["containerPort"] for port in asked["ports"]}
        for probe, service in {"startupProbe": None, "readinessProbe": None, "livenessProbe": "live"}.items():
            grpc = asked.get(probe, {}).get("grpc", {})
            if grpc.get("port") != ports["health"] or grpc.get("service") != service:
                yield f"{deployment['metadata']['name']}: {probe} asks elsewhere, or for something else"


def replicas_survive_a_node(overlay):
    for deployment in overlay.deployments():
        name, spec = deployment["metadata"]["name"], deployment["spec"]
        if not overlay.production:
            if spec["replicas"] != 1 or spec["strategy"] != {"type": "Recreate"}:
                yield f"{name}: more than one on a file of SQLite"
            continue
        labels = spec["template"]["metadata"]["labels"]
        if spec["replicas"] < 3:
            yield f"{name}: fewer than three"
        if spec["strategy"].get("rollingUpdate", {}).get("maxUnavailable") != 0:
            yield f"{name}: a roll-out takes some away before others are there"
        budgets = [budget for budget in overlay.all("PodDisruptionBudget") if selects(labels, budget["spec"]["selector"])]
        if [budget["spec"].get("maxUnavailable") for budget in budgets] != [1]:
            yield f"{name}: not exactly one budget, of one pod"
        spread = {each["topologyKey"]: each for each in spec["template"]["spec"].get("topologySpreadConstraints", [])
                  if selects(labels, each["labelSelector"])}
        if spread.get("kubernetes.io/hostname", {}).get("whenUnsatisfiable") != "DoNotSchedule":
            yield f"{name}: two may stand on one node"
        if "topology.kubernetes.io/zone" not in spread:
            yield f"{name}: all may stand in one zone"


# What PostgreSQL is to allow if the three share one server (deploy/README.md).
MOST_CONNECTIONS = 450


def replicas_grow_within_what_the_database_takes(overlay):
    if not overlay.production:
        return
    connections = 0
    for service in SERVICES:
        scaler = overlay.one("HorizontalPodAutoscaler", service)
        if scaler is None or scaler["spec"]["scaleTargetRef"] != {
                "apiVersion": "apps/v1", "kind": "Deployment", "name": service}:
            yield f"{service}: no autoscaler"
            continue
        if scaler["spec"]["minReplicas"] < 3:
            yield f"{service}: may shrink to fewer than three"
        connections += scaler["spec"]["maxReplicas"] * overlay.config(service)["database"]["max_connections"]
    if connections > MOST_CONNECTIONS:
        yield f"{connections} connections to PostgreSQL at the most"


def migrations_are_a_job(overlay):
    for service in SERVICES:
        own = overlay.config(service)["database"].get("migrate", True)
        if not overlay.production:
            if not own:
                yield f"{service}: nobody migrates"
            continue
        job = overlay.one("Job", service.replace("-service", "-migrate"))
        if job is None or own:
            yield f"{service}: no job, or it migrates by itself"
            continue
        inside, serving = (container(each["spec"]["template"]) for each in (job, overlay.one("Deployment", service)))
        if inside["args"] != [*serving["args"], "migrate"] or inside["image"] != serving["image"]:
            yield f"{service}: the job is not the service's own command, with its configuration and image"
        if any(selects(job["spec"]["template"]["metadata"]["labels"], {"matchLabels": each["spec"]["selector"]})
               for each in overlay.all("Service")):
            yield f"{service}: calls go to its job"


ALL = [
    all_three_are_there,
    pods_are_restricted,
    roots_are_read_only,
    pods_have_no_token,
    pods_say_what_they_need,
    images_are_named_by_their_content,
    the_namespace_is_restricted,
    probes_ask_for_health,
    replicas_survive_a_node,
    replicas_grow_within_what_the_database_takes,
    migrations_are_a_job,
    nobody_talks_but_who_must,
    services_are_headless,
    configuration_listens_where_probes_ask,
    files_are_where_they_are_mounted,
    production_is_strict,
    secrets_come_from_files,
    services_know_each_other_by_certificate,
    the_end_is_long_enough,
]
