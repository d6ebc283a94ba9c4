#!/usr/bin/python3 -B
"""Envelopes as a stranger would make and check them: R, the session statement and the document are written here again, from docs/protocol alone.

Goal: the command accepts what an independent server makes around simulated evidence, and refuses each wrong thing by its name and exit code.
Method: Python computes R (hashlib), signs the session (cryptography) and writes the JSON; `sim evidence` signs what a machine would."""
import base64
import datetime
import hashlib
import json
import struct

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509.oid import NameOID

import runner
from runner import claim, read, run, same, skip, write

AT = "2026-06-01T12:00:00Z"
AT_S = int(datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.timezone.utc).timestamp())
SPKI = hashlib.sha256(b"a TLS key").digest()
NONCE, SESSION = bytes(range(16, 40)), hashlib.sha256(b"a session").digest()
ROOT_OF = {"nitro": "nitro-root.der", "sev-snp": "ark-genoa.der", "tdx": "tdx-root.der"}
has_sim = None


def lp(value):
    return struct.pack(">I", len(value)) + value


def b64(data):
    return base64.b64encode(data).decode()


def b64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def pem(der):
    text = b64(der)
    return "\n".join(["-----BEGIN CERTIFICATE-----", *(text[i:i + 64] for i in range(0, len(text), 64)), "-----END CERTIFICATE-----", ""])


def sim():
    global has_sim
    if has_sim is None:
        has_sim = "sim init" in run("--help").text
        if has_sim:
            same(run("sim", "init", "root").code, 0, "sim init")
    if not has_sim:
        skip("built without the simulated platform")
    return has_sim


class Server:
    """What serves envelopes: keys, and what R is over. Everything may be changed before or after the evidence is made."""

    def __init__(self, platform, purpose="tls", role="server", fresh=False, live=False, **more):
        self.platform, self.fresh, self.live = platform, fresh, live
        self.key = ec.generate_private_key(ec.SECP256R1())
        point = self.key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
        self.spki = SPKI if (purpose, role) == ("tls", "server") else None
        self.says = {
            "schema": "anchorhold.attestation/v1", "workload": "example", "platform": platform, "purpose": purpose, "role": role, "issued_at": AT,
            "max_age_seconds": 600, "deployment_id": "prod-eu-1", "freshness": "session" if fresh else "cached",
            "keys": {"binding_p256": point.hex(), "x25519": "22" * 32, "ed25519": "33" * 32, "service_key": "44" * 32},
        }
        if self.spki:
            self.says["tls_spki_sha256"] = self.spki.hex()
        if live or fresh:
            self.says["nonce"] = b64url(NONCE)
        self.says.update(more)

    def report_data(self):
        """docs/protocol/binding.md"""
        says, keys = self.says, self.says["keys"]
        first = hashlib.sha256((self.spki or bytes(32)) + bytes.fromhex(says.get("workload_identity_tag", "00" * 32))).digest()
        second = hashlib.sha256(
            b"anchorhold/binding/v1\0" + lp(says["purpose"].encode()) + lp(says["role"].encode()) + lp(says["deployment_id"].encode())
            + lp(NONCE if self.fresh else b"") + struct.pack(">QI", AT_S, says["max_age_seconds"]) + lp(bytes.fromhex(keys["binding_p256"]))
            + lp(bytes.fromhex(keys["x25519"])) + lp(bytes.fromhex(keys["ed25519"])) + lp(bytes.fromhex(keys["service_key"]))
            + lp(SESSION if self.fresh else b"")).digest()
        return first + second

    def attest(self, report_data=None):
        extra = []
        if self.platform == "nitro":
            spki = self.key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
            extra = ["--public-key", spki.hex(), *(["--nonce", b64url(NONCE)] if self.fresh else [])]
        same(run("sim", "evidence", "--root", "root", "--platform", self.platform, "--report-data", (report_data or self.report_data()).hex(), *extra,
                 "--at", AT, "-o", "evidence.bin").code, 0, "sim evidence")
        self.evidence = read("evidence.bin")
        self.says["evidence_b64"] = b64(self.evidence)
        if self.platform == "sev-snp":
            self.says["vek_chain_pem"] = pem(read("evidence.bin.vek.der")) + read("evidence.bin.chain.pem").decode()
        if self.platform == "tdx":
            self.says["collateral"] = json.loads(read("evidence.bin.collateral.json"))
        if self.live:
            self.sign()
        return self

    def sign(self, key=None, session=SESSION, nonce=NONCE, role=None):
        statement = (b"anchorhold/session/v1\0" + lp(self.says["purpose"].encode()) + lp((role or self.says["role"]).encode()) + lp(session)
                     + lp(hashlib.sha256(self.evidence).digest()) + lp(b"") + lp(nonce))
        r, s = utils.decode_dss_signature((key or self.key).sign(statement, ec.ECDSA(hashes.SHA256())))
        self.says["session_signature"] = b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    def serve(self, path="envelope.json", **changes):
        says = {**self.says, **changes}
        return write(path, json.dumps({k: v for k, v in says.items() if v is not None}))


def policy(platform, **members):
    """A policy from the evidence inside, as `policy init` writes it, with more members."""
    extra = ["--vek", "evidence.bin.vek.der", "--chain", "evidence.bin.chain.pem", "--crl", "evidence.bin.crl.der"] if platform == "sev-snp" else []
    extra += ["--collateral", "evidence.bin.collateral.json"] if platform == "tdx" else []
    same(run("policy", "init", "--from", "evidence.bin", "--simulated-root", f"root/{ROOT_OF[platform]}", "--allow-simulated", "--at", AT, "--workload",
             "example", *extra, "-o", "policy.json").code, 0, "policy init")
    document = {**json.loads(read("policy.json")), **members}
    return write("policy.json", json.dumps(document))


def judge(platform, *options, at=AT, path="envelope.json", policy_path="policy.json"):
    crl = ["--crl", "evidence.bin.crl.der"] if platform == "sev-snp" else []
    return run("verify", "--policy", policy_path, "--at", at, "--json", "--simulated-root", f"root/{ROOT_OF[platform]}", "--allow-simulated", *crl, *options, path)


TLS = ["--purpose", "tls", "--role", "server", "--spki", SPKI.hex()]
LIVE = ["--nonce", b64url(NONCE), "--session-value", SESSION.hex()]


def verdict(result, code, outcome, error=None):
    same(result.code, code, "exit code")
    same(result.err, b"", "standard error")
    value = result.json()
    same(value.get("result"), outcome, "result")
    same(value["error"] and value["error"]["name"], error, "error")
    return value


def refused(result, error):
    return verdict(result, 10, "FAIL", error)


def row(value, name):
    return next(r for r in value["rows"] if r["id"] == name)


# -- accepted --

def python_made_envelopes_are_accepted_on_every_platform():
    if not sim():
        return
    for platform in ROOT_OF:
        server = Server(platform).attest()
        policy(platform)
        server.serve()
        value = verdict(judge(platform, *TLS), 0, "SIMULATED")
        same(row(value, "session")["status"], "not_checked", "no live connection")
        same(row(value, "binding.report_data")["got"], server.report_data().hex(), "R")


def sessions_are_accepted_on_every_platform():
    if not sim():
        return
    for platform in ROOT_OF:
        server = Server(platform, live=True).attest()
        policy(platform)
        server.serve()
        same(row(verdict(judge(platform, *TLS, *LIVE), 0, "SIMULATED"), "session")["status"], "pass", "session")
        fresh = Server(platform, fresh=True).attest()
        fresh.serve()
        policy(platform, freshness="session")
        same(row(verdict(judge(platform, *TLS, *LIVE), 0, "SIMULATED"), "session")["status"], "pass", "session")


def a_certificate_file_is_as_good_as_its_hash():
    if not sim():
        return
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "enclave.example")])
    at = datetime.datetime(2026, 6, 1)
    cert = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7).not_valid_before(at)
            .not_valid_after(at + datetime.timedelta(days=1)).sign(key, hashes.SHA256()))
    digest = hashlib.sha256(key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)).digest()
    write("leaf.pem", cert.public_bytes(serialization.Encoding.PEM))
    write("leaf.der", cert.public_bytes(serialization.Encoding.DER))
    server = Server("nitro")
    server.spki, server.says["tls_spki_sha256"] = digest, digest.hex()
    server.attest().serve()
    policy("nitro")
    for value in (digest.hex(), digest.hex().upper(), "leaf.pem", "leaf.der"):
        verdict(judge("nitro", "--purpose", "tls", "--role", "server", "--spki", value), 0, "SIMULATED")
    refused(judge("nitro", *TLS), "SPKIMismatch")


def what_sim_envelope_makes_is_what_python_computes():
    if not sim():
        return
    for platform in ROOT_OF:
        same(run("sim", "envelope", "--root", "root", "--platform", platform, "--purpose", "tls", "--role", "server", "--spki", SPKI.hex(), "--workload", "example",
                 "--deployment-id", "prod-eu-1", "--service-key", "44" * 32, *LIVE, "--at", AT, "-o", "made.json").code, 0, "sim envelope")
        made = json.loads(read("made.json"))
        server = Server(platform).attest()
        policy(platform)
        server.says["keys"] = {"x25519": "", "ed25519": "", **made["keys"]}
        server.says["max_age_seconds"] = made["max_age_seconds"]
        crl = ["--crl", "made.json.crl.der"] if platform == "sev-snp" else []
        value = verdict(run("verify", "--policy", "policy.json", "--at", AT, "--json", "--simulated-root", f"root/{ROOT_OF[platform]}", "--allow-simulated", *crl, *TLS,
                            *LIVE, "made.json"), 0, "SIMULATED")
        same(row(value, "binding.report_data")["got"], server.report_data().hex(), "R of the simulated server")
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes.fromhex(made["keys"]["binding_p256"]))
        signature = base64.b64decode(made["session_signature"])
        statement = (b"anchorhold/session/v1\0" + lp(b"tls") + lp(b"server") + lp(SESSION) + lp(hashlib.sha256(base64.b64decode(made["evidence_b64"])).digest())
                     + lp(b"") + lp(NONCE))
        point.verify(utils.encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")), statement,
                     ec.ECDSA(hashes.SHA256()))
        claim(True, "python verifies the session signature")


# -- refused --

def wrong_statements_are_refused_by_name():
    if not sim():
        return
    server = Server("sev-snp").attest()
    policy("sev-snp")
    changes = [
        ({"workload": "other"}, "WorkloadMismatch"),
        ({"deployment_id": "prod-us-1"}, "ReportDataMismatch"),
        ({"max_age_seconds": 3600}, "ReportDataMismatch"),
        ({"issued_at": "2026-06-01T12:00:01Z"}, "ReportDataMismatch"),
        ({"issued_at": "2026-06-01T12:02:00Z"}, "EnvelopeNotYetValid"),
        ({"workload_identity_tag": "55" * 32}, "ReportDataMismatch"),
        ({"keys": {**server.says["keys"], "x25519": "23" * 32}}, "ReportDataMismatch"),
        ({"tls_spki_sha256": "99" * 32}, "SPKIMismatch"),
        ({"purpose": "oak", "tls_spki_sha256": None}, "PurposeMismatch"),
    ]
    for change, error in changes:
        server.serve(**change)
        refused(judge("sev-snp", *TLS), error)
    server.serve()
    refused(judge("sev-snp", "--purpose", "tls", "--role", "server", "--spki", "99" * 32), "SPKIMismatch")
    refused(judge("sev-snp", "--purpose", "oak", "--role", "server"), "PurposeMismatch")
    refused(judge("sev-snp", *TLS, at="2026-06-01T12:10:00Z"), "EnvelopeExpired")
    refused(judge("sev-snp", *TLS, at="2026-06-01T11:58:59Z"), "EnvelopeNotYetValid")
    refused(judge("sev-snp", *TLS, "--nonce", b64url(NONCE)), "NonceMismatch")
    refused(judge("sev-snp", *TLS, *LIVE), "SessionSignatureInvalid")
    verdict(judge("sev-snp", *TLS, at="2026-06-01T12:09:59Z"), 0, "SIMULATED")


def policies_refuse_by_name():
    if not sim():
        return
    server = Server("nitro").attest()
    server.serve()
    for members, error in [
        ({"revoked_tls_spki": [SPKI.hex()]}, "SPKIRevoked"), ({"deployment_ids": ["other"]}, "DeploymentNotAllowed"),
        ({"service_keys": ["77" * 32]}, "ServiceKeyNotAllowed"), ({"allowed_workload_identity_tags": ["77" * 32]}, "IdentityTagNotAllowed"),
        ({"manifest_keys": ["77" * 32]}, "ManifestKeyNotAllowed"), ({"freshness": "session"}, "FreshnessInsufficient"),
        ({"workload": "another"}, "WorkloadMismatch"),
    ]:
        policy("nitro", **members)
        refused(judge("nitro", *TLS), error)
    policy("nitro", deployment_ids=["prod-eu-1"], service_keys=["44" * 32], revoked_tls_spki=["77" * 32])
    verdict(judge("nitro", *TLS), 0, "SIMULATED")
    policy("nitro", max_evidence_age_seconds=60)
    refused(judge("nitro", *TLS, at="2026-06-01T12:01:00Z"), "EnvelopeExpired")


def sessions_of_others_are_refused():
    if not sim():
        return
    server = Server("sev-snp", live=True).attest()
    policy("sev-snp")
    for change in ({"session": bytes(32)}, {"nonce": bytes(24)}, {"role": "client"}, {"key": ec.generate_private_key(ec.SECP256R1())}):
        server.sign(**change)
        server.serve()
        refused(judge("sev-snp", *TLS, *LIVE), "SessionSignatureInvalid")
    server.sign()
    server.serve(nonce=b64url(bytes(24)))
    refused(judge("sev-snp", *TLS, *LIVE), "NonceMismatch")
    fresh = Server("sev-snp", fresh=True).attest()
    fresh.serve()
    refused(judge("sev-snp", *TLS, "--nonce", b64url(NONCE), "--session-value", "99" * 32), "ReportDataMismatch")
    refused(judge("sev-snp", *TLS, "--nonce", b64url(bytes(24)), "--session-value", SESSION.hex()), "ReportDataMismatch")
    refused(judge("sev-snp", *TLS, "--session-value", SESSION.hex()), "NonceMismatch")
    verdict(judge("sev-snp", *TLS, "--nonce", b64url(NONCE)), 10, "UNBOUND", "Unbound")
    verdict(judge("sev-snp", "--no-binding"), 10, "UNBOUND", "Unbound")


def a_document_of_another_platform_is_refused():
    if not sim():
        return
    server = Server("nitro").attest()
    policy("nitro")
    for platform in ("tdx", "sev-snp"):
        server.serve(platform=platform)
        refused(judge("nitro", *TLS), "PlatformMismatch")


def a_nitro_document_for_another_key_is_refused():
    if not sim():
        return
    server = Server("nitro")
    report_data, server.key = server.report_data(), ec.generate_private_key(ec.SECP256R1())
    server.attest(report_data).serve()
    policy("nitro")
    refused(judge("nitro", *TLS), "PublicKeyMismatch")


def malformed_envelopes_exit_with_30():
    if not sim():
        return
    server = Server("sev-snp").attest()
    policy("sev-snp")
    for change in ({"evidence_b64": "A"}, {"max_age_seconds": 0}, {"unknown": 1}, {"keys": {}}, {"vek_chain_pem": ""}, {"vek_chain_pem": "x"}, {"issued_at": "now"},
                   {"tls_spki_sha256": None}, {"freshness": "session"}, {"deployment_id": "d" * 129}, {"trust_bundle_url": "u" * 513}):
        server.serve(**change)
        verdict(judge("sev-snp", *TLS), 30, "MALFORMED", "EnvelopeMalformed")


def an_envelope_without_its_chain_exits_with_40():
    if not sim():
        return
    server = Server("sev-snp").attest()
    policy("sev-snp")
    server.serve(vek_chain_pem=None)
    same(judge("sev-snp", *TLS).code, 40, "exit code")


# -- Tresor --

def tresor(server, spki=SPKI, **changes):
    says = {
        "schema": "tresor.attestation/v1", "workload": "example", "snp_report_b64": server.says["evidence_b64"], "vcek_chain_pem": server.says["vek_chain_pem"],
        "tls_spki_sha256": spki.hex(), "workload_identity_tag": "55" * 32, "trust_bundle_url": "https://trust.example/api/example.json", "issued_at": AT,
        "max_age_seconds": 600,
    }
    says.update(changes)
    return write("tresor.json", json.dumps(says))


def tresor_envelopes_serve_under_freshness_none_alone():
    if not sim():
        return
    server = Server("sev-snp").attest(hashlib.sha256(SPKI + b"\x55" * 32).digest() + bytes(range(32)))
    policy("sev-snp", freshness="none")
    tresor(server)
    value = verdict(judge("sev-snp", *TLS, path="tresor.json"), 0, "SIMULATED")
    same(row(value, "freshness")["status"], "not_checked", "freshness")
    refused(judge("sev-snp", "--purpose", "tls", "--role", "server", "--spki", "99" * 32, path="tresor.json"), "SPKIMismatch")
    refused(judge("sev-snp", *TLS, "--nonce", b64url(NONCE), path="tresor.json"), "NonceMismatch")
    tresor(server, workload_identity_tag="56" * 32)
    refused(judge("sev-snp", *TLS, path="tresor.json"), "ReportDataMismatch")
    tresor(server, vcek_chain_pem="")
    verdict(judge("sev-snp", *TLS, path="tresor.json"), 30, "MALFORMED", "EnvelopeMalformed")
    tresor(server)
    policy("sev-snp")
    refused(judge("sev-snp", *TLS, path="tresor.json"), "FreshnessInsufficient")


# -- the command --

def options_that_do_not_fit_are_wrong_usage():
    if not sim():
        return
    server = Server("nitro").attest()
    server.serve()
    policy("nitro")
    for options in (["--purpose", "tls"], ["--role", "server"], ["--report-data", "aa"], ["--public-key", "aa"], [*TLS, "--no-binding"],
                    ["--purpose", "tls", "--role", "server", "--spki", "absent.pem"], ["--purpose", "tls", "--role", "server"],
                    ["--purpose", "tls", "--role", "server", "--spki", SPKI.hex(), "--session-value", "aa"]):
        same(judge("nitro", *options).code, 2, f"exit code of {options}")
    same(judge("nitro").code, 2, "no binding at all")
    same(judge("nitro", "--purpose", "oak", "--role", "server", "--report-data", "aa", path="evidence.bin").code, 2, "report data beside a channel")
    same(run("sim", "envelope", "--root", "root", "--platform", "nitro", "--purpose", "oak", "--role", "server", "--workload", "example", "--deployment-id", "",
             "-o", "made.json").code, 2, "an empty deployment id")


def what_a_server_sends_is_never_wrong_usage():
    if not sim():
        return
    server = Server("sev-snp").attest()
    policy("sev-snp")
    server.serve()
    whole = read("envelope.json")
    event = json.dumps({"kind": 1, "sig": "", "pubkey": ""}).encode()
    for data, code, outcome, error in [
        (whole[:-1], 30, "MALFORMED", "JsonMalformed"), (b'{"a":1,' + b'"a":1}', 30, "MALFORMED", "DuplicateKey"),
        (b"\xef\xbb\xbf" + whole, 30, "MALFORMED", "EnvelopeMalformed"), (b"[" + whole + b"]", 30, "MALFORMED", "EnvelopeMalformed"),
        (b"", 30, "MALFORMED", "EnvelopeMalformed"), (whole.replace(b"attestation/v1", b"attestation/v2"), 20, "UNSUPPORTED", "UnsupportedFormat"),
        (b"<html>502 Bad Gateway</html>\n", 30, "MALFORMED", "EnvelopeMalformed"), (b'{"error":"busy"}', 20, "UNSUPPORTED", "UnsupportedFormat"),
        (event, 30, "MALFORMED", "EnvelopeMalformed"), (server.evidence, 30, "MALFORMED", "EnvelopeMalformed"),
    ]:
        write("served", data)
        verdict(judge("sev-snp", *TLS, path="served"), code, outcome, error)
        verdict(judge("sev-snp", *TLS, "--nonce", b64url(NONCE), "--platform", "sev-snp", path="served"), code, outcome, error)
    write("served", server.evidence)
    value = verdict(judge("sev-snp", *TLS, path="served"), 30, "MALFORMED", "EnvelopeMalformed")
    same(value["error"]["detail"], "raw sev-snp evidence, an envelope was expected", "detail")
    tdx = Server("tdx").attest()
    tdx.serve("tdx.json")
    same(run("sim", "evidence", "--root", "root", "--platform", "tdx", "--report-data", "00" * 64, "--at", AT, "-o", "quote.bin").code, 0, "sim evidence")
    verdict(judge("sev-snp", *TLS, "--collateral", "quote.bin.collateral.json"), 0, "SIMULATED")
    verdict(judge("sev-snp", *TLS, "--event-log", "quote.bin.event-log.json"), 10, "FAIL", "EventLogMismatch")
    verdict(judge("sev-snp", *TLS, "--collateral", "quote.bin.collateral.json", path="served"), 30, "MALFORMED", "EnvelopeMalformed")
    same(judge("sev-snp", "--no-binding", "--collateral", "quote.bin.collateral.json", path="served").code, 2, "collateral beside raw sev-snp evidence")


def what_nothing_proves_passes_no_row_and_is_not_told():
    if not sim():
        return
    server = Server("sev-snp").attest()
    policy("sev-snp")
    server.serve()
    value = verdict(judge("sev-snp", "--no-binding"), 10, "UNBOUND", "Unbound")
    same(row(value, "envelope.time")["status"], "not_checked", "a time under no binding")
    refused(judge("sev-snp", "--no-binding", at="2026-06-01T12:10:00Z"), "EnvelopeExpired")
    server.serve(tls_spki_sha256="99" * 32)
    value = refused(judge("sev-snp", *TLS), "SPKIMismatch")
    same(value["carrier"]["claims"], None, "claims with a key that R is not over")
    same(row(value, "tls_spki_revoked")["status"], "not_checked", "a key that was refused already")
    server.serve()
    text = run("verify", "--policy", "policy.json", "--at", AT, "--simulated-root", "root/ark-genoa.der", "--allow-simulated", "--crl", "evidence.bin.crl.der", *TLS,
               "envelope.json").text
    claim(f"envelope: tls server, TLS key {SPKI.hex()[:16]}.., issued {AT}; says it is example\n" in text, "the workload is the server's word")
    server.says["keys"]["binding_p256"] = "04" + "11" * 64
    server.attest().serve()
    verdict(judge("sev-snp", *TLS), 30, "MALFORMED", "EnvelopeMalformed")


def a_difference_is_seen_in_the_error():
    if not sim():
        return
    server = Server("sev-snp").attest()
    policy("sev-snp")
    server.serve(deployment_id="prod-us-1")
    detail = refused(judge("sev-snp", *TLS), "ReportDataMismatch")["error"]["detail"]
    got, wanted = detail.removeprefix("got ").split(", wanted ")
    claim(got != wanted and got.strip(".") in server.report_data().hex()[46:], f"the second halves differ: {detail}")
    nitro = Server("nitro", issued_at="2026-06-01T11:58:59Z").attest()
    nitro.serve()
    policy("nitro")
    detail = refused(judge("nitro", *TLS), "EnvelopeNotYetValid")["error"]["detail"]
    same(detail, f"got issued 2026-06-01T11:58:59Z, wanted within 60 s of its document {AT}", "both times in whole")


def inspect_shows_what_is_inside():
    if not sim():
        return
    for platform, part in (("nitro", "module_id"), ("sev-snp", "MEASUREMENT"), ("tdx", "mrtd")):
        Server(platform).attest().serve()
        result = run("inspect", "envelope.json")
        same(result.code, 0, "exit code")
        claim("attestation envelope" in result.text and part in result.text and "deployment_id" in result.text, f"{platform}: {part} is shown")
    write("cut.json", json.dumps({"schema": "anchorhold.attestation/v1", "workload": "w"}))
    result = run("inspect", "cut.json")
    same(result.code, 30, "exit code")
    claim("EnvelopeMalformed" in result.text, "the fault is named")


def inspect_shows_no_private_key():
    if not sim():
        return
    key = ec.generate_private_key(ec.SECP256R1())
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    secret = key.private_numbers().private_value.to_bytes(32, "big")
    shown = (secret.hex(), b64(secret), b64(der)[:60], b64(der)[64:124])
    text = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    server = Server("sev-snp").attest()
    chains = [text, server.says["vek_chain_pem"] + text, text.replace("PRIVATE KEY", "CERTIFICATE")]
    for changes in ({}, {"purpose": "none"}): # taken, and malformed
        for chain in chains:
            server.serve(vek_chain_pem=chain, **changes)
            result = run("inspect", "envelope.json")
            claim(not any(s in result.text for s in shown), f"nothing of the key is shown: {changes}")
            claim("private key" in result.text or changes, "it is said to be one")
    # The version of PKCS#8 in forms that only lenient readers take.
    for version in (b"\x02\x02\x00\x00", b"\x02\x81\x01\x00", b"\x02\x03\x00\x00\x01"):
        body = der[der.index(b"\x02\x01\x00") + 3:]
        write("key.der", b"\x30\x82" + struct.pack(">H", len(version) + len(body)) + version + body)
        result = run("inspect", "key.der")
        claim(secret.hex() not in result.text.replace(" ", "") and "private key" in result.text, "a key in another form is a key")


if __name__ == "__main__":
    runner.main("test_envelope", [
        python_made_envelopes_are_accepted_on_every_platform,
        sessions_are_accepted_on_every_platform,
        a_certificate_file_is_as_good_as_its_hash,
        what_sim_envelope_makes_is_what_python_computes,
        wrong_statements_are_refused_by_name,
        policies_refuse_by_name,
        sessions_of_others_are_refused,
        a_document_of_another_platform_is_refused,
        a_nitro_document_for_another_key_is_refused,
        malformed_envelopes_exit_with_30,
        an_envelope_without_its_chain_exits_with_40,
        tresor_envelopes_serve_under_freshness_none_alone,
        options_that_do_not_fit_are_wrong_usage,
        what_a_server_sends_is_never_wrong_usage,
        what_nothing_proves_passes_no_row_and_is_not_told,
        a_difference_is_seen_in_the_error,
        inspect_shows_what_is_inside,
        inspect_shows_no_private_key,
    ])
