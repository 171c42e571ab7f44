"""A client of the suite that stands on gRPC's C core, as clients in Python, C++, Ruby, C# of old and PHP do.

    client.py

Reads one line of JSON from its standard input:

    {"authority": "<ca.pem>", "rate": 60, "calls": [{"method": "/package.Service/Method", "request": "<base64>",
     "authorization": "Bearer ...", "replicas": ["127.0.0.1:50051", "127.0.0.1:50061"]}]}

and makes the calls in turn, so many a second while few enough wait for answers, each at the next replica. Whoever is told
UNAVAILABLE tries again at the other replica, after a short wait; any other status is a failure. Prints a line once a call was
answered. When standard input closes, which happens too when the test program is gone for whatever reason, it waits for the
calls under way and prints, in JSON, what became of all of them; no request, answer or token is among that.
"""

import asyncio
import base64
import itertools
import json
import sys
import time
from collections import Counter

import grpc

# How many calls may wait for their answers; then the next come in late, so that a slow machine is not buried.
IN_FLIGHT = 64
# How long a try may take, in seconds.
DEADLINE = 10
# How often a call is tried before it has failed, and after what wait in seconds.
TRIES = 100
COME_AGAIN = 0.02
# A channel waits between connections that are refused, for a second at first and up to two minutes unless told otherwise,
# and says UNAVAILABLE meanwhile. A process that is started anew is away for less.
RECONNECT = [("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 500)]
# The name that the certificates of the tests are for.
NAME = ("grpc.ssl_target_name_override", "localhost")


class Call:
    """A call, and the replicas that take it, each with the method to call."""

    def __init__(self, plan, channels):
        # Requests and answers stay the bytes that they are.
        self.replicas = [(replica, channels[replica].unary_unary(plan["method"])) for replica in plan["replicas"]]
        self.name = plan["method"].rpartition("/")[2]
        self.request = base64.b64decode(plan["request"])
        self.metadata = [("authorization", plan["authorization"])]


class Traffic:
    def __init__(self):
        self.calls = self.repeated = self.most_tries = self.late = 0
        self.away, self.failures = Counter(), Counter()
        self.answered = asyncio.Event()

    async def flow(self, calls, rate, over):
        """Begins calls until `over`, and waits for them."""
        under_way, started = set(), time.monotonic()
        for turn in itertools.count():
            wait = started + turn / rate - time.monotonic()
            if wait > 0:
                await asyncio.wait([over], timeout=wait)
            if over.done():
                break
            task = asyncio.create_task(self.persist(calls[turn % len(calls)], turn // len(calls)))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            # Those who are late let the others in between.
            await asyncio.sleep(0)
            if len(under_way) >= IN_FLIGHT:
                self.late += 1
                await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.gather(*under_way)

    async def persist(self, call, turn):
        """Calls one replica and then the other, for as long as that one is away."""
        self.calls += 1
        for tries in range(1, TRIES + 1):
            replica, method = call.replicas[(turn + tries) % len(call.replicas)]
            try:
                await method(call.request, metadata=call.metadata, timeout=DEADLINE)
            except grpc.aio.AioRpcError as error:
                # All replicas count as one.
                details = error.details().replace(replica, "a replica")
                told = f"{call.name}: {error.code().name}: {details}"
                if error.code() is not grpc.StatusCode.UNAVAILABLE or tries == TRIES:
                    self.failures[told] += 1
                    return
                self.away[told] += 1
                self.repeated += 1
                await asyncio.sleep(COME_AGAIN)
            else:
                self.most_tries = max(self.most_tries, tries)
                self.answered.set()
                return


async def main():
    plan = json.loads(sys.stdin.readline())
    with open(plan["authority"], "rb") as file:
        credentials = grpc.ssl_channel_credentials(file.read())
    options = [NAME, *RECONNECT]
    replicas = {replica for call in plan["calls"] for replica in call["replicas"]}
    channels = {
        replica: grpc.aio.secure_channel(f"ipv4:{replica}", credentials, options=options) for replica in replicas
    }
    traffic, calls = Traffic(), [Call(call, channels) for call in plan["calls"]]
    over = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    flowing = asyncio.create_task(traffic.flow(calls, plan["rate"], over))
    answered = asyncio.create_task(traffic.answered.wait())
    await asyncio.wait([flowing, answered], return_when=asyncio.FIRST_COMPLETED)
    print("calling", flush=True)
    await flowing
    answered.cancel()
    for channel in channels.values():
        await channel.close()
    seen = {name: getattr(traffic, name) for name in ["calls", "repeated", "most_tries", "late", "away", "failures"]}
    print(json.dumps(seen), flush=True)


asyncio.run(main())
