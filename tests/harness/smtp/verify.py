"""Verifies the DKIM signatures of e-mails, by a record that no DNS needs to have.

    verify.py <name> <record> <file>...

Prints a line for each file: True, or False.
"""

import sys

import dkim

NAME, RECORD, *FILES = sys.argv[1:]


def dns(name, timeout=5):
    return RECORD.encode() if name.decode().rstrip(".") == NAME else None


for file in FILES:
    with open(file, "rb") as message:
        print(dkim.verify(message.read(), dnsfunc=dns))
