"""One way or more to break each rule: the rule, the overlay, and what is done to it. A mutant that its rule does not find
fails the check."""

from manifests import container, named

MUTANTS = []


def breaks(rule, overlay="production"):
    def add(mutate):
        MUTANTS.append((rule, overlay, mutate))
        return mutate
    return add


def deployment(overlay, service="mailbox-service"):
    return overlay.one("Deployment", service)


def template(overlay, service="mailbox-service"):
    return deployment(overlay, service)["spec"]["template"]


def inside(overlay, service="mailbox-service"):
    return container(template(overlay, service))


def configure(overlay, old, new, service="mailbox-service"):
    data = overlay.config_map(service)["data"]
    assert old in data["config.toml"], f"{old} is not there to be changed"
    data["config.toml"] = data["config.toml"].replace(old, new)


def remove(overlay, kind, name):
    overlay.documents.remove(overlay.one(kind, name))


def mutant(rule, name, mutate, overlay="production"):
    mutate.__name__ = name
    MUTANTS.append((rule, overlay, mutate))


@breaks("schemas")
def an_unknown_field(overlay):
    deployment(overlay)["spec"]["replica"] = 3


@breaks("schemas")
def a_number_that_is_none(overlay):
    deployment(overlay)["spec"]["replicas"] = "three"


@breaks("all_three_are_there")
def one_is_missing(overlay):
    remove(overlay, "Deployment", "notification-service")


R = "pods_are_restricted"
mutant(R, "root", lambda o: template(o)["spec"]["securityContext"].update(runAsNonRoot=False))
mutant(R, "root by number", lambda o: template(o)["spec"]["securityContext"].update(runAsUser=0))
mutant(R, "no seccomp", lambda o: template(o)["spec"]["securityContext"].pop("seccompProfile"))
mutant(R, "privileges", lambda o: inside(o)["securityContext"].update(allowPrivilegeEscalation=True))
mutant(R, "capabilities", lambda o: inside(o)["securityContext"].pop("capabilities"))
mutant(R, "privileged", lambda o: inside(o)["securityContext"].update(privileged=True))
mutant(R, "the node's network", lambda o: template(o)["spec"].update(hostNetwork=True))
mutant(R, "the node's disk", lambda o: template(o)["spec"]["volumes"].append({"name": "x", "hostPath": {"path": "/"}}))
mutant(R, "a second container", lambda o: template(o)["spec"]["containers"].append({"name": "x", "image": "x"}))
mutant(R, "a job as root", lambda o: o.one("Job", "access-migrate")["spec"]["template"]["spec"].pop("securityContext"))

mutant("roots_are_read_only", "a root to write to", lambda o: inside(o)["securityContext"].pop("readOnlyRootFilesystem"))
mutant("pods_have_no_token", "a token", lambda o: template(o)["spec"].pop("automountServiceAccountToken"))
mutant("pods_have_no_token", "the default account", lambda o: template(o)["spec"].pop("serviceAccountName"))
mutant("pods_say_what_they_need", "no limit on memory", lambda o: inside(o)["resources"].pop("limits"))
mutant("pods_say_what_they_need", "no requests", lambda o: inside(o)["resources"].pop("requests"))

R = "images_are_named_by_their_content"
mutant(R, "a tag that moves", lambda o: inside(o).update(image="registry.example/digital-post/mailbox-service:latest"))
mutant(R, "another service", lambda o: inside(o).update(image=inside(o, "access-service")["image"]))

R = "the_namespace_is_restricted"
mutant(R, "a namespace that allows more", lambda o: o.one("Namespace", "digital-post")["metadata"].pop("labels"))
mutant(R, "elsewhere", lambda o: deployment(o)["metadata"].update(namespace="default"))

R = "probes_ask_for_health"
mutant(R, "no readiness", lambda o: inside(o).pop("readinessProbe"))
mutant(R, "no time to start", lambda o: inside(o).pop("startupProbe"))
mutant(R, "liveness is readiness", lambda o: inside(o)["livenessProbe"]["grpc"].pop("service"))
mutant(R, "the port with TLS", lambda o: inside(o)["readinessProbe"]["grpc"].update(port=8443))

R = "replicas_survive_a_node"
mutant(R, "two", lambda o: deployment(o)["spec"].update(replicas=2))
mutant(R, "a roll-out with gaps", lambda o: deployment(o)["spec"]["strategy"]["rollingUpdate"].update(maxUnavailable=1))
mutant(R, "no budget", lambda o: remove(o, "PodDisruptionBudget", "mailbox-service"))
mutant(R, "a budget for nobody",
       lambda o: o.one("PodDisruptionBudget", "mailbox-service")["spec"]["selector"].update(matchLabels={"a": "b"}))
mutant(R, "two on a node", lambda o: template(o)["spec"]["topologySpreadConstraints"].pop(0))
mutant(R, "all in a zone", lambda o: template(o)["spec"]["topologySpreadConstraints"].pop(1))
mutant(R, "two on SQLite", lambda o: deployment(o)["spec"].update(replicas=2), "development")
mutant(R, "two for a moment on SQLite",
       lambda o: deployment(o)["spec"].update(strategy={"type": "RollingUpdate"}), "development")

R = "replicas_grow_within_what_the_database_takes"
mutant(R, "no autoscaler", lambda o: remove(o, "HorizontalPodAutoscaler", "mailbox-service"))
mutant(R, "shrinks to one", lambda o: o.one("HorizontalPodAutoscaler", "mailbox-service")["spec"].update(minReplicas=1))
mutant(R, "grows too far", lambda o: o.one("HorizontalPodAutoscaler", "mailbox-service")["spec"].update(maxReplicas=99))

R = "migrations_are_a_job"
mutant(R, "no job", lambda o: remove(o, "Job", "mailbox-migrate"))
mutant(R, "all migrate", lambda o: configure(o, "migrate = false", "migrate = true"))
mutant(R, "a job that serves", lambda o: container(o.one("Job", "mailbox-migrate")["spec"]["template"])["args"].pop())
mutant(R, "an older job", lambda o: container(o.one("Job", "mailbox-migrate")["spec"]["template"]).update(image="x"))
mutant(R, "calls to a job", lambda o: o.one("Job", "mailbox-migrate")["spec"]["template"]["metadata"]["labels"].update(
    {"app.kubernetes.io/name": "mailbox-service"}))
mutant(R, "nobody migrates", lambda o: configure(o, "[database]\n", "[database]\nmigrate = false\n"), "development")

R = "nobody_talks_but_who_must"
mutant(R, "no default", lambda o: remove(o, "NetworkPolicy", "nobody"))
mutant(R, "no names", lambda o: remove(o, "NetworkPolicy", "all-to-dns"))
mutant(R, "anybody calls", lambda o: o.one("NetworkPolicy", "callers-to-services")["spec"]["ingress"][0].pop("from"))
mutant(R, "callers read metrics",
       lambda o: o.one("NetworkPolicy", "callers-to-services")["spec"]["ingress"][0]["ports"].append({"port": "metrics"}))
mutant(R, "all send e-mail", lambda o: o.one("NetworkPolicy", "notification-to-mail")["spec"]["podSelector"].update(
    matchLabels={"app.kubernetes.io/part-of": "digital-post"}))
mutant(R, "out to anywhere", lambda o: o.one("NetworkPolicy", "all-to-postgres")["spec"]["egress"][0].pop("to"))
mutant(R, "any port", lambda o: o.one("NetworkPolicy", "all-to-postgres")["spec"]["egress"][0].pop("ports"))
mutant(R, "in and not out", lambda o: o.one("NetworkPolicy", "services-to-services")["spec"].pop("egress"))

R = "services_are_headless"
mutant(R, "one address", lambda o: o.one("Service", "mailbox-service")["spec"].pop("clusterIP"))
mutant(R, "calls to all", lambda o: o.one("Service", "mailbox-service")["spec"]["selector"].pop("app.kubernetes.io/name"))
mutant(R, "another port", lambda o: o.one("Service", "mailbox-service")["spec"]["ports"][0].update(port=443))

R = "configuration_listens_where_probes_ask"
mutant(R, "health elsewhere", lambda o: configure(o, "0.0.0.0:8081", "0.0.0.0:8082"))
mutant(R, "metrics elsewhere", lambda o: configure(o, "0.0.0.0:9090", "0.0.0.0:9091"))

R = "files_are_where_they_are_mounted"
mutant(R, "a file that is not there", lambda o: configure(o, "/etc/digitalpost/issuers/", "/etc/issuers/"))
mutant(R, "letters' files in the pod", lambda o: named(template(o)["spec"]["volumes"], "files").update(
    persistentVolumeClaim={"claimName": "nothing"}))
mutant(R, "a disk of one node", lambda o: o.one("PersistentVolumeClaim", "mailbox-files")["spec"].update(
    accessModes=["ReadWriteOnce"]))
mutant(R, "nothing can be written", lambda o: named(inside(o)["volumeMounts"], "files").update(readOnly=True))

R = "production_is_strict"
mutant(R, "not production", lambda o: configure(o, "production = true", "production = false"))
mutant(R, "any database", lambda o: configure(o, 'authority_file = "/etc/digitalpost/secrets/database-ca.crt"', ""))
mutant(R, "reflection", lambda o: configure(o, "[server]\n", "[server]\nreflection = true\n"))

R = "secrets_come_from_files"
mutant(R, "a password", lambda o: configure(o, 'url_file = "/etc/digitalpost/secrets/database-url"',
                                            'url = "postgres://a:b@db/post"'))
mutant(R, "keys beside the configuration", lambda o: configure(o, "/etc/digitalpost/secrets/keys", "/etc/digitalpost/config/keys"))
mutant(R, "in the environment", lambda o: inside(o).update(
    env=[{"name": "X", "valueFrom": {"secretKeyRef": {"name": "x", "key": "x"}}}]))
mutant(R, "for all to read", lambda o: named(template(o)["spec"]["volumes"], "secrets")["secret"].pop("defaultMode"))
mutant(R, "a secret in the manifests", lambda o: o.documents.append({"kind": "Secret", "metadata": {"name": "x"}}))

R = "services_know_each_other_by_certificate"
mutant(R, "nobody is asked", lambda o: configure(o, 'client_authority_file = "/etc/digitalpost/tls/ca.crt"', ""))
mutant(R, "in the clear", lambda o: configure(o, "https://access-service", "http://access-service"))
mutant(R, "another name", lambda o: o.one("Certificate", "access-tls")["spec"].update(dnsNames=["access"]))
mutant(R, "for one side", lambda o: o.one("Certificate", "mailbox-tls")["spec"].update(usages=["server auth"]))
mutant(R, "signed by itself", lambda o: o.one("Certificate", "mailbox-tls")["spec"]["issuerRef"].update(name="self-signed"))

R = "the_end_is_long_enough"
mutant(R, "killed too early", lambda o: template(o)["spec"].update(terminationGracePeriodSeconds=28))
mutant(R, "gone before it is told", lambda o: configure(o, "drain_seconds = 5", "drain_seconds = 0"))
