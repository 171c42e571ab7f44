"""Prints the bill of materials:

    python3 deploy/sbom > digital-post.cdx.json
"""

import json

from bill import bill

print(json.dumps(bill(), indent=1))
