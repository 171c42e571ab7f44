"""An S3 server for the tests, in memory, with one empty bucket called `files`.

    server.py

Prints the port it listens on. Then answers each line of its standard input with one line: `objects` and `uploads`, how many
objects, and how many uploads in parts that were neither completed nor aborted, the bucket has; `content`, all that the bucket
holds, in hexadecimal. Ends when its standard input closes, which happens when the test program is gone for whatever reason.
"""

import sys

import boto3
from moto.server import ThreadedMotoServer

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
s3 = boto3.client("s3", endpoint_url=f"http://{host}:{port}", region_name="eu-north-1",
                  aws_access_key_id="tests", aws_secret_access_key="tests")
s3.create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
print(port, flush=True)


def objects():
    return s3.list_objects_v2(Bucket="files").get("Contents", [])


for line in sys.stdin:
    if line == "objects\n":
        print(len(objects()), flush=True)
    elif line == "uploads\n":
        print(len(s3.list_multipart_uploads(Bucket="files").get("Uploads", [])), flush=True)
    elif line == "content\n":
        bodies = [s3.get_object(Bucket="files", Key=found["Key"])["Body"].read() for found in objects()]
        print(b"".join(bodies).hex(), flush=True)
server.stop()
