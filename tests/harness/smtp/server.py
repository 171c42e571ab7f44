"""A mail server for the tests: STARTTLS and a password are required, and each message becomes a file.

    server.py <certificate.pem> <key.pem> <folder> <user> <password>

Prints the port it listens on. Answers by the recipient's first word: `refused@...` gets 550, `later@...` 451. Ends when its
standard input closes, which happens when the test program is gone for whatever reason.
"""

import asyncio
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

CERTIFICATE, KEY, FOLDER, USER, PASSWORD = sys.argv[1:]
ANSWERS = {"refused": "550 5.1.1 no such user", "later": "451 4.3.0 try again later"}


class Folder:
    count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = ANSWERS.get(address.split("@")[0])
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        name = os.path.join(FOLDER, f"{self.count:06}")
        with open(name, "wb") as file:
            file.write(envelope.original_content)
        # Seen whole or not at all.
        os.rename(name, name + ".eml")
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    known = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=False)


async def main():
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(CERTIFICATE, KEY)
    folder = Folder()

    def connection():
        return SMTP(folder, hostname="localhost", tls_context=tls, require_starttls=True, auth_required=True,
                    authenticator=authenticate, enable_SMTPUTF8=True)

    loop = asyncio.get_running_loop()
    server = await loop.create_server(connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
