"""Who may talk to whom."""

from manifests import SERVICES, container, named, selects

# Everything that is let through, as deploy/README.md lists it: from, to, port.
EVERYWHERE = (
    {("*", "kube-system", 53)}
    | {("callers", service, "grpc") for service in SERVICES}
    | {("monitoring", service, "metrics") for service in SERVICES}
    | {(one, other, "grpc") for one in SERVICES for other in SERVICES}
)
IN_PRODUCTION = (
    {(service, "database", 5432) for service in SERVICES}
    | {(service.replace("-service", "-migrate"), "database", 5432) for service in SERVICES}
    | {("notification-service", "mail", 587), ("mailbox-service", "storage", 443)}
    # A job is of the suite: it may talk as the services do.
    | {(service.replace("-service", "-migrate"), other, "grpc") for service in SERVICES for other in SERVICES}
)
# The other end of a connection, which lets it in or not.
INGRESS_TOO = {"grpc"}


def nobody_talks_but_who_must(overlay):
    policies = overlay.all("NetworkPolicy")
    deny = [policy for policy in policies if policy["spec"]["podSelector"] == {}
            and sorted(policy["spec"]["policyTypes"]) == ["Egress", "Ingress"]
            and not policy["spec"].get("ingress") and not policy["spec"].get("egress")]
    if not deny:
        yield "what no policy names is let through"
    pods = {name: template["metadata"]["labels"] for name, template in overlay.workloads()}
    into, out = set(), set()
    for policy in policies:
        selector = policy["spec"]["podSelector"]
        mine = ["*"] if selector == {} else [name for name, labels in pods.items() if selects(labels, selector)]
        for rule in policy["spec"].get("ingress", []):
            into |= {(peer, name, port) for name in mine for peer in peers(rule.get("from"), pods) for port in ports(rule)}
        for rule in policy["spec"].get("egress", []):
            out |= {(name, peer, port) for name in mine for peer in peers(rule.get("to"), pods) for port in ports(rule)}
    wanted = EVERYWHERE | (IN_PRODUCTION if overlay.production else set())
    # Jobs serve nobody: what may come in there finds nobody listening.
    into = {edge for edge in into if edge[1] in SERVICES}
    out = {edge for edge in out if edge[1] not in pods or edge[1] in SERVICES}
    outward = {edge for edge in wanted if edge[0] in pods or edge[0] == "*"}
    inward = {edge for edge in wanted if edge[1] in pods}
    yield from (f"may go out and should not: {edge}" for edge in sorted(out - outward, key=str))
    yield from (f"should go out and may not: {edge}" for edge in sorted(outward - out, key=str))
    yield from (f"may come in and should not: {edge}" for edge in sorted(into - inward, key=str))
    yield from (f"should come in and may not: {edge}" for edge in sorted(inward - into, key=str))


def peers(listed, pods):
    """Who is meant: pods of ours by their names, others by the label of their namespace; anybody where nobody is named."""
    if not listed:
        return ["anybody"]
    found = []
    for peer in listed:
        if "namespaceSelector" in peer:
            labels = peer["namespaceSelector"].get("matchLabels", {})
            name = labels.get("kubernetes.io/metadata.name") or labels.get("digitalpost.example/role")
            found.append(name or ("callers" if labels.get("digitalpost.example/calls") == "yes" else "anybody"))
        elif "podSelector" in peer:
            found += [name for name, labels in pods.items() if selects(labels, peer["podSelector"])]
        else:
            found.append("anybody")
    return found


def ports(rule):
    return [port["port"] for port in rule.get("ports", [{"port": "any"}])]


def services_are_headless(overlay):
    for name in SERVICES:
        service = overlay.one("Service", name)
        if service is None or service["spec"].get("clusterIP") != "None":
            yield f"{name}: no headless service"
            continue
        chosen = [deployment for deployment in overlay.deployments() if selects(
            deployment["spec"]["template"]["metadata"]["labels"], {"matchLabels": service["spec"]["selector"]})]
        if [deployment["metadata"]["name"] for deployment in chosen] != [name]:
            yield f"{name}: calls go to {[deployment['metadata']['name'] for deployment in chosen]}"
            continue
        target = named(container(chosen[0]["spec"]["template"])["ports"], "grpc")["containerPort"]
        if [(port["port"], port["targetPort"]) for port in service["spec"]["ports"]] != [(target, "grpc")]:
            yield f"{name}: without translation of ports, the port that is named must be the one that is listened on"
