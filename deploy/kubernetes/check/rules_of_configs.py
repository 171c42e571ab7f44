"""What the configuration that is mounted has to do with the pod that mounts it. That the services take it, a test in Rust
says (tests/e2e/tests/deployment.rs)."""

from urllib.parse import urlsplit

from manifests import SERVICES, container, named, port_of

# How long work in the background may take once the server has ended (shared/runtime/src/app.rs), in seconds.
WORKERS_GRACE = 3


def pod(overlay, service):
    return overlay.one("Deployment", service)["spec"]["template"]


def strings(value, at=""):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from strings(inner, f"{at}.{key}" if at else key)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from strings(inner, f"{at}[{number}]")
    elif isinstance(value, str):
        yield at, value


def configuration_listens_where_probes_ask(overlay):
    for service in SERVICES:
        config = overlay.config(service)
        ports = {port["name"]: port["containerPort"] for port in container(pod(overlay, service))["ports"]}
        listens = {"grpc": config["server"]["listen"], "health": config["server"]["health_listen"],
                   "metrics": config["telemetry"]["metrics_listen"]}
        yield from (f"{service}: {name} is not what listens at {address}"
                    for name, address in listens.items() if port_of(address) != ports.get(name))


def the_end_is_long_enough(overlay):
    for service in SERVICES:
        server = overlay.config(service)["server"]
        needed = server["drain_seconds"] + server["grace_seconds"] + WORKERS_GRACE
        if pod(overlay, service)["spec"].get("terminationGracePeriodSeconds", 30) <= needed:
            yield f"{service}: is killed before it has ended in order, which may take {needed} s"
        # kube-proxy, DNS and callers take their time to hear that a pod is on its way out.
        if overlay.production and server["drain_seconds"] < 5:
            yield f"{service}: stops taking calls before callers have heard of it"


def files_are_where_they_are_mounted(overlay):
    for service in SERVICES:
        template = pod(overlay, service)
        mounts = {mount["mountPath"]: mount for mount in container(template)["volumeMounts"]}
        for key, value in strings(overlay.config(service)):
            path = value.removeprefix("sqlite:")
            if not path.startswith("/"):
                continue
            mount = next((mounts[place] for place in mounts if path.startswith(place + "/")), None)
            if mount is None:
                yield f"{service}: {key} is not mounted: {path}"
                continue
            written = not path.startswith("/etc/")
            volume = named(template["spec"]["volumes"], mount["name"])
            if written == mount.get("readOnly", False):
                yield f"{service}: {key} can't be written, or needs not be: {path}"
            claim = volume.get("persistentVolumeClaim", {}).get("claimName")
            found = overlay.one("PersistentVolumeClaim", claim) if claim else None
            if written and found is None:
                yield f"{service}: {key} does not outlive its pod: {path}"
            elif written and overlay.production and found["spec"]["accessModes"] != ["ReadWriteMany"]:
                yield f"{service}: {key} is for one node only: {path}"


def production_is_strict(overlay):
    if not overlay.production:
        return
    for service in SERVICES:
        config = overlay.config(service)
        if config["identity"].get("production") is not True or config["server"].get("reflection", False):
            yield f"{service}: is not strict with keys and callers"
        if "authority_file" not in config["database"]:
            yield f"{service}: does not verify its database"


def secrets_come_from_files(overlay):
    yield from (f"a secret stands in the manifests: {secret['metadata']['name']}" for secret in overlay.all("Secret"))
    for service in SERVICES:
        config, template = overlay.config(service), pod(overlay, service)
        for key, value in strings(config):
            if key.endswith(("key_file", "keys_file", "password_file", "url_file")) and not value.startswith(
                    ("/etc/digitalpost/secrets/", "/etc/digitalpost/tls/")):
                yield f"{service}: {key} is no file of a secret"
            if "://" in value and "@" in value:
                yield f"{service}: {key} has a password in it"
        if overlay.production and any("valueFrom" in each for each in container(template).get("env", [])):
            yield f"{service}: secrets come from the environment, where every child process and dump has them"
        for name in ("secrets", "tls"):
            volume = named(template["spec"]["volumes"], name)
            if volume.get("secret", {}).get("defaultMode") != 0o440:
                yield f"{service}: {name} can be read by all"


def services_know_each_other_by_certificate(overlay):
    for service in SERVICES:
        config = overlay.config(service)
        if "client_authority_file" not in config["server"].get("tls", {}):
            yield f"{service}: asks services for no certificate"
        for peer, how in config["peers"].items():
            if not how["url"].startswith("https://") or not {"certificate_file", "key_file", "authority_file"} <= set(how):
                yield f"{service}: calls {peer} without a certificate"
                continue
            if overlay.production:
                certificate = overlay.one("Certificate", f"{peer}-tls")
                if certificate is None or urlsplit(how["url"]).hostname not in certificate["spec"]["dnsNames"]:
                    yield f"{service}: {peer}'s certificate has another name than {how['url']}"
        if overlay.production:
            yield from uncertified(overlay, service)


def uncertified(overlay, service):
    certificate = overlay.one("Certificate", service.replace("-service", "-tls"))
    if certificate is None:
        yield f"{service}: no certificate"
        return
    secret = named(pod(overlay, service)["spec"]["volumes"], "tls")["secret"]["secretName"]
    if certificate["spec"]["secretName"] != secret:
        yield f"{service}: mounts another certificate than its own"
    if not {"server auth", "client auth"} <= set(certificate["spec"]["usages"]):
        yield f"{service}: its certificate is not for both sides"
    issuer = overlay.one("Issuer", certificate["spec"]["issuerRef"]["name"])
    if issuer is None or "ca" not in issuer["spec"]:
        yield f"{service}: its certificate is not of the suite's own authority"
