# SPDX-License-Identifier: MIT
"""TLS: certificates are verified, and HTTP/2 is spoken where the server offers it."""

import pathlib
import shutil
import socket
import ssl
import struct
import subprocess
import tempfile
import unittest

from support import ProgramTest, Server, fetch, text_of_size

OPENSSL = shutil.which("openssl")


def make_certificate(folder, name, subject):
    """A certificate that signs itself, and its key, for `subject` ("IP:127.0.0.1")."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(
        [OPENSSL, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        + ["-nodes", "-days", "1", "-subj", "/CN=fanout test", "-addext", f"subjectAltName={subject}"]
        + ["-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    return certificate, key


class Http2Server(Server):
    """Just enough of HTTP/2: every request on a connection is answered "200" and a body of two bytes.

    A frame is a length of 3 bytes, a type, flags, a stream of 4 bytes, and its payload.
    """

    DATA, HEADERS, SETTINGS = 0, 1, 4
    ACK = END_STREAM = 1
    END_HEADERS = 4
    STATUS_200 = b"\x88"  # an entry of HPACK's static table

    def __init__(self, context):
        super().__init__({}, lambda socket: context.wrap_socket(socket, server_side=True))
        self.protocols = []

    def _answer_all(self, connection):
        self.protocols.append(connection.selected_alpn_protocol())
        with connection.makefile("rwb") as stream:
            stream.read(len(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
            self.send(stream, self.SETTINGS, 0, 0)
            while head := stream.read(9):
                kind, flags = head[3], head[4]
                number = int.from_bytes(head[5:], "big")
                stream.read(int.from_bytes(head[:3], "big"))
                if kind == self.SETTINGS and not flags & self.ACK:
                    self.send(stream, self.SETTINGS, self.ACK, 0)
                if kind == self.HEADERS:
                    self.send(stream, self.HEADERS, self.END_HEADERS, number, self.STATUS_200)
                    self.send(stream, self.DATA, self.END_STREAM, number, b"ok")

    @staticmethod
    def send(stream, kind, flags, number, payload=b""):
        head = len(payload).to_bytes(3, "big") + bytes([kind, flags]) + number.to_bytes(4, "big")
        stream.write(head + payload)
        stream.flush()


@unittest.skipUnless(OPENSSL, "there is no openssl command to make certificates with")
class Tls(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.certificates = pathlib.Path(tempfile.mkdtemp(prefix="fanout-tls-"))
        cls.addClassCleanup(shutil.rmtree, cls.certificates)
        cls.good = make_certificate(cls.certificates, "good", "IP:127.0.0.1")
        cls.wrong_name = make_certificate(cls.certificates, "wrong", "DNS:example.com")

    def context(self, certificate, protocols):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        context.set_alpn_protocols(protocols)
        return context

    def https_server(self, certificate):
        context = self.context(certificate, ["http/1.1"])
        server = Server(
            {"/size/": text_of_size},
            lambda connection: context.wrap_socket(connection, server_side=True),
        )
        self.addCleanup(server.close)
        return f"https://127.0.0.1:{server.port}/size/9"

    def check_broken(self, url, reason, *arguments):
        good = self.url("/size/3")
        result = fetch(*arguments, url, good)
        self.check_fails(result, url, reason)
        self.assertNotIn("attempts", result.out, "what stays wrong is not tried again")
        self.assertIn(f"Fetched {good} (3 bytes)", result.out)

    def test_a_certificate_that_nobody_vouches_for_is_rejected(self):
        self.check_broken(self.https_server(self.good), "(?i)certificate")

    def test_with_cacert_it_is_accepted(self):
        result = fetch("--cacert", self.good[0], self.https_server(self.good))
        self.check_status(result, 0)
        self.assertIn("(9 bytes)", result.out)

    def test_a_certificate_for_another_host_is_rejected(self):
        url = self.https_server(self.wrong_name)
        self.check_broken(url, "(?i)subject name|host ?name|IP address", "--cacert", self.wrong_name[0])

    def test_a_server_that_speaks_no_tls(self):
        def speak_first(connection):
            connection.sendall(b"HTTP/1.1 400 This is no TLS\r\n\r\n")
            return connection

        server = Server({}, speak_first)
        self.addCleanup(server.close)
        self.check_broken(f"https://127.0.0.1:{server.port}/", "(?i)ssl|tls")

    def check_second_handshake(self, break_off):
        """The first connection is broken off during its handshake; the second one is served."""
        context = self.context(self.good, ["http/1.1"])

        def wrap(connection):
            if server.connections > 1:
                return context.wrap_socket(connection, server_side=True)
            break_off(connection)
            connection.close()
            return connection

        server = Server({"/size/": text_of_size}, wrap)
        self.addCleanup(server.close)
        result = fetch("--cacert", self.good[0], f"https://127.0.0.1:{server.port}/size/9")
        self.check_status(result, 0)
        self.assertIn("(9 bytes)", result.out)
        self.assertEqual(server.connections, 2)

    def test_a_handshake_that_is_broken_off_is_tried_again(self):
        self.check_second_handshake(lambda connection: connection.recv(1000))

    def test_a_handshake_that_is_reset_is_tried_again(self):
        def reset(connection):
            connection.recv(1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        self.check_second_handshake(reset)

    def test_a_file_that_holds_no_certificate(self):
        empty = self.folder / "empty.pem"
        empty.write_text("nothing\n")
        self.check_broken(self.https_server(self.good), "(?i)certificate", "--cacert", empty)

    def test_http_2_is_spoken_and_the_connection_reused(self):
        server = Http2Server(self.context(self.good, ["h2"]))
        self.addCleanup(server.close)
        urls = [f"https://127.0.0.1:{server.port}/{n}" for n in range(10)]
        result = fetch("--cacert", self.good[0], "--workers", 1, *urls)
        self.check_status(result, 0)
        self.assertEqual(result.out.count("(2 bytes)"), 10)
        self.assertEqual(server.protocols, ["h2"])


if __name__ == "__main__":
    unittest.main()
