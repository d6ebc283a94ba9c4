"""The vendors' services on loopback: an HTTPS server with a CA of the test, in the vendors' URL shapes, that can be told to misbehave; and a
CONNECT proxy that writes down where it was asked to go. Nothing here leaves this machine."""
import datetime
import http.server
import ipaddress
import json
import os
import socket
import ssl
import threading
import time
import urllib.parse

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def name_of(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def pem(thing):
    return thing.public_bytes(serialization.Encoding.PEM)


def make_tls(folder, host="127.0.0.1"):
    """A CA and a certificate for the host: paths (ca, certificate with key)."""
    now = datetime.datetime.utcnow()
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())

    def builder(subject, issuer, public):
        return (x509.CertificateBuilder().subject_name(name_of(subject)).issuer_name(name_of(issuer)).public_key(public)
                .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
                .not_valid_after(now + datetime.timedelta(days=2)))

    ca = builder("test CA", "test CA", ca_key.public_key()).add_extension(x509.BasicConstraints(True, 0), True).sign(ca_key, hashes.SHA256())
    try:
        alternative = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        alternative = x509.DNSName(host)
    leaf = builder("test server", "test CA", key.public_key()).add_extension(x509.SubjectAlternativeName([alternative]), False)
    leaf = leaf.sign(ca_key, hashes.SHA256())
    os.makedirs(folder, exist_ok=True)
    ca_path, leaf_path = os.path.join(folder, "ca.pem"), os.path.join(folder, "server.pem")
    with open(ca_path, "wb") as f:
        f.write(pem(ca))
    with open(leaf_path, "wb") as f:
        f.write(pem(leaf) + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return ca_path, leaf_path


class Answer:
    """What one path gives. trick: None, "stream" (chunks without end), "cut" (less than announced), "slow", "close"."""

    def __init__(self, body=b"", status=200, headers=(), trick=None):
        self.body, self.status, self.headers, self.trick = body, status, list(headers), trick


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append(self.path)
        answer = self.server.answers.get(self.path, Answer(b"not here", 404))
        if answer.trick == "close":
            self.close_connection = True
            return
        if answer.trick == "slow":
            self.server.stop.wait(8)
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.trick == "stream":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
            for _ in range(4096):  # 256 MiB, were it taken
                self.wfile.write(chunk)
                self.server.streamed += 65536
            return
        self.send_header("Content-Length", str(len(answer.body) + (1000 if answer.trick == "cut" else 0)))
        self.end_headers()
        self.wfile.write(answer.body)
        self.close_connection = True

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, certificate):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.asked, self.streamed, self.stop = {}, [], 0, threading.Event()
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate)
        self.url = f"https://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def finish_request(self, request, client_address):
        request.settimeout(20)
        # The handshake is made here, in the thread of the request: a client that refuses it stops nobody else.
        with self.tls.wrap_socket(request, server_side=True) as secure:
            super().finish_request(secure, client_address)

    def handle_error(self, request, client_address):
        pass  # clients that go away are the point of many cases

    def close(self):
        self.stop.set()
        self.shutdown()
        self.server_close()


class Proxy:
    """CONNECT alone; every target is recorded, and led to `to` (host, port) whatever its name, so that vendors' names can be used."""

    def __init__(self, to=None):
        self.targets, self.to = [], to
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        client.settimeout(20)
        with client:
            try:
                head = b""
                while b"\r\n\r\n" not in head and len(head) < 8192:
                    got = client.recv(1024)
                    if not got:
                        return
                    head += got
                words = head.split(b" ")
                target = words[1].decode()
                self.targets.append(target)
                if words[0] != b"CONNECT":
                    client.sendall(b"HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n")
                    return
                host, port = target.rsplit(":", 1)
                upstream = socket.create_connection(self.to or (host, int(port)), timeout=20)
                client.sendall(b"HTTP/1.1 200 Go\r\nTCB-Info-Issuer-Chain: of-the-proxy\r\n\r\n")
                with upstream:
                    back = threading.Thread(target=self.pump, args=(upstream, client), daemon=True)
                    back.start()
                    self.pump(client, upstream)
                    back.join(20)
            except OSError:
                return

    @staticmethod
    def pump(source, sink):
        try:
            while True:
                got = source.recv(65536)
                if not got:
                    break
                sink.sendall(got)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.socket.close()


def pcs_answers(collateral, fmspc, ca):
    """A collateral file, taken apart into what Intel's service serves: {path: Answer}."""
    def encoded(text):
        return urllib.parse.quote(text)

    def signed(name, member):
        return (f'{{"{name}":' + collateral[member] + ',"signature":"' + collateral[member + "_signature"] + '"}').encode()

    return {
        f"/tdx/certification/v4/tcb?fmspc={fmspc}": Answer(signed("tcbInfo", "tcb_info"), headers=[
            ("TCB-Info-Issuer-Chain", encoded(collateral["tcb_info_issuer_chain"]))]),
        "/tdx/certification/v4/qe/identity": Answer(signed("enclaveIdentity", "qe_identity"), headers=[
            ("SGX-Enclave-Identity-Issuer-Chain", encoded(collateral["qe_identity_issuer_chain"]))]),
        f"/sgx/certification/v4/pckcrl?ca={ca}&encoding=der": Answer(bytes.fromhex(collateral["pck_crl"]), headers=[
            ("SGX-PCK-CRL-Issuer-Chain", encoded(collateral["pck_crl_issuer_chain"]))]),
        "/IntelSGXRootCA.der": Answer(bytes.fromhex(collateral["root_ca_crl"])),
    }


def load(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def wait_until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()
