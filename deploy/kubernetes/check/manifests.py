"""A rendered overlay, and the way around in it."""

import tomllib

SERVICES = ["access-service", "mailbox-service", "notification-service"]


class Overlay:
    def __init__(self, name, documents):
        self.name = name
        self.documents = documents

    @property
    def production(self):
        return self.name == "production"

    def all(self, kind):
        return [document for document in self.documents if document["kind"] == kind]

    def one(self, kind, name):
        found = [document for document in self.all(kind) if document["metadata"]["name"] == name]
        return found[0] if found else None

    def deployments(self):
        return self.all("Deployment")

    def workloads(self):
        """Everything that makes pods: its name and the pod's template."""
        return [(document["metadata"]["name"], document["spec"]["template"])
                for document in self.deployments() + self.all("Job")]

    def config_map(self, service):
        """The configuration that the service's pods mount."""
        deployment = self.one("Deployment", service)
        volume = named(deployment["spec"]["template"]["spec"]["volumes"], "config")
        return self.one("ConfigMap", volume["configMap"]["name"])

    def config(self, service):
        return tomllib.loads(self.config_map(service)["data"]["config.toml"])


def container(template):
    return template["spec"]["containers"][0]


def named(things, name):
    return next(thing for thing in things if thing["name"] == name)


def selects(labels, selector):
    """Whether a selector that only matches labels selects who has `labels`."""
    wanted = selector.get("matchLabels", {})
    for expression in selector.get("matchExpressions", []):
        if expression["operator"] != "In" or labels.get(expression["key"]) not in expression["values"]:
            return False
    return all(labels.get(key) == value for key, value in wanted.items())


def port_of(address):
    return int(address.rsplit(":", 1)[1])
