#!/usr/bin/python3 -B
"""Instance events as another implementation would make and check them: NIP-01 ids and BIP-340 signatures are written here again, in plain Python.

Goal: what the command makes is what others verify, it accepts what others make, and refuses each wrong thing by its name and exit code.
Method: hashlib and integers for ids and signatures, cryptography for the build certificate, a few lines for CBOR; `sim evidence` signs what a machine would."""
import base64
import datetime
import hashlib
import json
import os
import re

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import runner
from runner import VECTORS, claim, read, run, same, skip, write

AT = "2026-06-01T12:00:00Z"
AT_S = int(datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.timezone.utc).timestamp())
SEED_AT = "2025-04-01T14:16:10Z"
SIM = ["--simulated-root", "root/nitro-root.der", "--allow-simulated", "--at", AT]
GENUINE = ["verify", "--genuine-only", *SIM]
INNER = ("tee_root", "tee_cert", "build", "instance", "release")
has_sim = None

# -- BIP-340 over secp256k1: slow, and easy to compare with the text of the BIP --

P = 2**256 - 2**32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
G = (0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798, 0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8)


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0] and a[1] != b[1]:
        return None
    slope = (3 * a[0] * a[0] * pow(2 * a[1], -1, P) if a == b else (b[1] - a[1]) * pow(b[0] - a[0], -1, P)) % P
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def multiply(point, n):
    result = None
    while n:
        if n & 1:
            result = add(result, point)
        point, n = add(point, point), n >> 1
    return result


def lift(x):
    y = pow((x**3 + 7) % P, (P + 1) // 4, P)
    if x >= P or y * y % P != (x**3 + 7) % P:
        return None
    return x, y if y % 2 == 0 else P - y


def tagged(tag, data):
    digest = hashlib.sha256(tag.encode()).digest()
    return int.from_bytes(hashlib.sha256(digest + digest + data).digest(), "big")


def public_key(secret):
    return multiply(G, secret)[0].to_bytes(32, "big").hex()


def sign(secret, message):
    x, y = multiply(G, secret)
    secret = secret if y % 2 == 0 else N - secret
    key = x.to_bytes(32, "big")
    nonce = tagged("BIP0340/nonce", (secret ^ tagged("BIP0340/aux", bytes(32))).to_bytes(32, "big") + key + message) % N
    r = multiply(G, nonce)
    nonce = nonce if r[1] % 2 == 0 else N - nonce
    r = r[0].to_bytes(32, "big")
    return r + ((nonce + tagged("BIP0340/challenge", r + key + message) * secret) % N).to_bytes(32, "big")


def verifies(key, message, signature):
    point, r, s = lift(int.from_bytes(key, "big")), int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if point is None or r >= P or s >= N:
        return False
    e = tagged("BIP0340/challenge", signature[:32] + key + message) % N
    result = add(multiply(G, s), multiply(point, N - e))
    return result is not None and result[1] % 2 == 0 and result[0] == r


def npub(key):
    """NIP-19, BIP-173."""
    alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    bits = "".join(f"{byte:08b}" for byte in bytes.fromhex(key)) + "0000"
    values = [int(bits[i:i + 5], 2) for i in range(0, len(bits), 5)]
    checksum = 1
    for value in [3, 3, 3, 3, 0, 14, 16, 21, 2, *values, 0, 0, 0, 0, 0, 0]:
        top = checksum >> 25
        checksum = (checksum & 0x1ffffff) << 5 ^ value
        for i, generator in enumerate((0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3)):
            checksum ^= generator if top >> i & 1 else 0
    values += [((checksum ^ 1) >> 5 * (5 - i)) & 31 for i in range(6)]
    return "npub1" + "".join(alphabet[v] for v in values)


# -- Events --

def event_id(event):
    text = json.dumps([0, event["pubkey"], event["created_at"], event["kind"], event["tags"], event["content"]], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()


def make(secret, kind, tags, content="", at=AT_S):
    event = {"pubkey": public_key(secret), "created_at": at, "kind": kind, "tags": tags, "content": content}
    event["id"] = event_id(event).hex()
    event["sig"] = sign(secret, bytes.fromhex(event["id"])).hex()
    return event


def compact(event):
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))


def tag(event, name):
    return next((t[1] for t in event["tags"] if len(t) > 1 and t[0] == name), None)


def inner(event, name):
    return [json.loads(t[1]) for t in event["tags"] if t[0] == name]


def extend(*parts):
    return hashlib.sha384(bytes(48) + b"".join(parts)).hexdigest()


def cbor(data, at=0):
    """RFC 8949, as much of it as a Nitro document has: the value, and where it ends."""
    kind, n = data[at] >> 5, data[at] & 31
    size = {24: 1, 25: 2, 26: 4, 27: 8}.get(n, 0)
    start, count = at + 1 + size, int.from_bytes(data[at + 1:at + 1 + size], "big") if size else n
    if kind == 0:
        return count, start
    if kind in (2, 3):
        value = data[start:start + count]
        return (value if kind == 2 else value.decode()), start + count
    if kind in (4, 5):
        values, left = [], (count if kind == 4 else 2 * count)
        while data[start] != 0xff if n == 31 else left > 0:
            value, start = cbor(data, start)
            values, left = [*values, value], left - 1
        start += n == 31
        return (values if kind == 4 else dict(zip(values[::2], values[1::2]))), start
    assert data[at] == 0xf6, "null is all that is left"
    return None, start


def payload(document):
    return cbor(cbor(document)[0][2])[0]


def sim():
    global has_sim
    if has_sim is None:
        has_sim = "sim event" in run("--help").text
        if has_sim:
            same(run("sim", "init", "root").code, 0, "sim init")
    if not has_sim:
        skip("built without the simulated platform")
    return has_sim


# -- What the command makes --

def check_event(event, what):
    claim(event["id"] == event_id(event).hex(), f"{what}: id")
    claim(verifies(bytes.fromhex(event["pubkey"]), bytes.fromhex(event["id"]), bytes.fromhex(event["sig"])), f"{what}: signature")


def check_build(event, pcrs, builder):
    build = inner(event, "build")[0]
    der = base64.b64decode(tag(build, "cert"))
    certificate = x509.load_der_x509_certificate(der)
    same(extend(hashlib.sha384(der).digest()), pcrs[8].hex(), "PCR8 is the hash of the certificate")
    certificate.public_key().verify(certificate.signature, certificate.tbs_certificate_bytes, ec.ECDSA(hashes.SHA384()))
    names = [a.value for oid in (NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.COMMON_NAME) for a in certificate.subject.get_attributes_for_oid(oid)]
    claim(builder in names and npub(build["pubkey"]) == builder, "the certificate names the builder")


def what_sim_event_makes_is_verified_in_python():
    if not sim():
        return
    for family, count in (("63793", 0), ("13793", 0), ("13793", 3)):
        result = run("sim", "event", "--json", "--root", "root", "--family", family, "--certificates", count, "--at", AT, "-o", "event.json")
        same(result.code, 0, "exit code")
        said, event = result.json(), json.loads(read("event.json"))
        check_event(event, family)
        for name in INNER:
            for part in inner(event, name):
                check_event(part, name)
        root = inner(event, "tee_root")
        document = payload(base64.b64decode(root[0]["content"] if root else event["content"]))
        attested = root[0]["pubkey"] if root else event["pubkey"]
        same(document["public_key"].hex(), attested, "the document vouches for the attested key")
        same(len(inner(event, "tee_cert")), count, "certificate events")
        same(tag(inner(event, "instance")[0], "PCR4"), extend(document["module_id"].split("-enc")[0].encode()), "PCR4 is the hash of the instance")
        check_build(event, document["pcrs"], said["builder"])
        same(said["launcher"], npub(inner(event, "instance")[0]["pubkey"]), "launcher")
        same(said["release_signers"], [npub(r["pubkey"]) for r in inner(event, "release")], "release signers")
        same(said["service_key"], event["pubkey"], "service key")
        result = run(*GENUINE, "--json", "event.json")
        same(result.code, 0, "exit code")
        same(result.json()["result"], "SIMULATED", "result")


def the_printed_command_verifies_the_event():
    if not sim():
        return
    result = run("sim", "event", "--root", "root", "--at", AT, "--service-name", "a name", "-o", "event.json")
    same(result.code, 0, "exit code")
    command = re.search(r"^next: anchorhold (.*)$", result.text, re.M).group(1)
    verified = run(*command.split())
    same(verified.code, 0, "exit code")
    claim("a name" in verified.text and "event.signature" in verified.text, "the verdict names the service")


# -- What others make --

SERVICE, LAUNCHER, MAINTAINER, STRANGER = 11, 22, 33, 44


class Announcement:
    """An announcement made here. It has no build signature: the certificate of the simulated document's image is nobody's."""

    def __init__(self, **document):
        options = {"at": AT, "public-key": public_key(SERVICE), "report-data": "00", "platform": "nitro", **document}
        made = run("sim", "evidence", "--root", "root", *(part for k, v in options.items() for part in ("--" + k, v)), "-o", "document.cose")
        same(made.code, 0, "sim evidence")
        self.document = read("document.cose")
        self.pcrs = {i: v.hex() for i, v in payload(self.document)["pcrs"].items()}
        self.at, self.kind, self.version = AT_S, 13793, "2.1.0"
        self.expiration = AT_S + 600
        self.x = {i: self.pcrs[i] for i in (0, 1, 2, 4)}
        self.launch = make(LAUNCHER, 23795, [["-"], ["PCR4", self.pcrs[4]]])
        self.release = make(MAINTAINER, 63794, [["r", "https://example.com/é"], ["t", "prod"], *self.code()], "good \u2028\U0001f919\n\"\\")
        self.stage, self.root, self.more = "prod", [], []

    def code(self):
        return [["x", self.pcrs[i], f"PCR{i}"] for i in range(3)]

    def write(self, path="event.json"):
        root = make(SERVICE, 23793, [["-"], ["expiration", str(self.expiration)], *self.root], base64.b64encode(self.document).decode(), self.at)
        tags = [["r", "https://example.com/é"], ["v", self.version], ["name", "dienst"], ["t", self.stage], ["expiration", str(self.expiration)],
                *(["x", v, f"PCR{i}"] for i, v in self.x.items()), ["tee_root", compact(root)], ["instance", compact(self.launch)],
                ["p", public_key(LAUNCHER), "launcher"], ["release", compact(self.release)], ["p", public_key(MAINTAINER), "releaser"], *self.more]
        self.event = make(SERVICE, self.kind, tags, "ein Dienst \u2029\t", self.at)
        write(path, json.dumps(self.event, ensure_ascii=False, indent=1))
        return self


def policy(announcement, path="policy.json", top=None, **nitro):
    write(path, json.dumps({
        "schema": "anchorhold.trust-bundle/v1", "workload": "dienst", "version": 1, "issued_at": AT, "valid_from": AT, "valid_until": "2026-07-01T00:00:00Z",
        "simulated_roots": [hashlib.sha256(read("root/nitro-root.der")).hexdigest()], **(top or {}),
        "platforms": {"nitro": {"releases": [{"release": "2", "pcrs": {str(i): announcement.pcrs[i] for i in range(3)}}], "require_build": False, **nitro}}}))
    return ["verify", "--json", "--policy", path, *SIM, "event.json"]


def refused(result, code, name, what):
    same(result.code, code, f"{what}: exit code")
    verdict = result.json()
    same(verdict["error"] and verdict["error"]["name"], name, what)
    return verdict


def python_made_events_are_accepted():
    if not sim():
        return
    a = Announcement().write()
    same(run(*GENUINE, "event.json").code, 0, "genuine")
    result = run(*policy(a, launchers=[npub(public_key(LAUNCHER))], release_signers=[public_key(MAINTAINER)], min_version="2.1", stages=["prod"],
                         top={"service_keys": [public_key(SERVICE)]}))
    same(result.code, 0, "exit code")
    verdict = result.json()
    same(verdict["result"], "SIMULATED", "result")
    rows = {row["id"]: row["status"] for row in verdict["rows"]}
    for row in ("event.id", "event.signature", "event.time", "event.tags", "event.chain", "event.launch", "event.release", "event.stage", "launcher", "release_signers",
                "version_floor", "service_key", "binding.public_key"):
        same(rows[row], "pass", row)
    for row in ("event.build", "builder", "freshness"):
        same(rows[row], "not_checked", row)


def python_made_wrongs_are_refused_by_name():
    if not sim():
        return
    good = Announcement()
    cases = {
        "event of the future": (lambda a: setattr(a, "at", AT_S + 61), 10, "EventNotYetValid"),
        "expired event": (lambda a: setattr(a, "expiration", AT_S), 10, "EventExpired"),
        "another PCR0": (lambda a: a.x.update({0: a.pcrs[1]}), 10, "EventTagMismatch"),
        "no PCR2": (lambda a: a.x.pop(2), 10, "EventTagMismatch"),
        "a builder who did not sign": (lambda a: a.more.append(["p", public_key(STRANGER), "builder"]), 10, "EventTagMismatch"),
        "launch of another machine": (lambda a: setattr(a, "launch", make(LAUNCHER, 23795, [["PCR4", a.pcrs[3]]])), 10, "InstanceMismatch"),
        "launch of another family": (lambda a: setattr(a, "launch", make(LAUNCHER, 63796, [["PCR4", a.pcrs[4]]])), 20, "EventKindUnsupported"),
        "release of other code": (lambda a: setattr(a, "release", make(MAINTAINER, 63794, [["x", a.pcrs[0], f"PCR{i}"] for i in range(3)])), 10, "EventTagMismatch"),
        "release without a stage": (lambda a: setattr(a, "release", make(MAINTAINER, 63794, a.code())), 10, "EventTagMismatch"),
        "release of another repository": (lambda a: setattr(a, "release", make(MAINTAINER, 63794, [["r", "https://example.com/e"], ["t", "prod"], *a.code()])), 10,
                                          "EventTagMismatch"),
        "launch for dev": (lambda a: setattr(a, "launch", make(LAUNCHER, 23795, [["PCR4", a.pcrs[4]], ["t", "dev"]])), 10, "EventTagMismatch"),
        "stage debug outside of debug mode": (lambda a: setattr(a, "stage", "debug"), 10, "EventTagMismatch"),
        "pairs in place of x": (lambda a: (a.x.clear(), a.more.extend([f"PCR{i}", a.pcrs[i]] for i in range(3))), 10, "EventTagMismatch"),
        "root that names another PCR0": (lambda a: a.root.append(["x", a.pcrs[1], "PCR0"]), 10, "EventTagMismatch"),
        "root of another module": (lambda a: a.root.append(["m", "i-0-enc0"]), 10, "EventTagMismatch"),
        "m without a value": (lambda a: a.more.append(["m"]), 30, "EventMalformed"),
        "another kind": (lambda a: setattr(a, "kind", 1), 20, "EventKindUnsupported"),
        "two versions": (lambda a: a.more.append(["v", "9"]), 30, "EventMalformed"),
        "a build that is no event": (lambda a: a.more.append(["build", "{}"]), 30, "EventMalformed"),
        "certificates that lead nowhere": (lambda a: a.more.append(["tee_cert", compact(make(SERVICE, 23797, [["p", public_key(STRANGER)], ["expiration", str(AT_S + 9)]]))]),
                                           10, "EventTagMismatch"),
    }
    for what, (change, code, name) in cases.items():
        a = Announcement()
        change(a)
        a.write()
        refused(run(*policy(good)), code, name, what)
        refused(run(*GENUINE, "--json", "event.json"), code, name, what + ", genuine-only")


def what_is_not_judged_in_debug_mode_proves_nobody():
    """PCR8 is zero there, so the build signature shows nothing; neither do releases, which name other code."""
    if not sim():
        return
    result = run("sim", "event", "--json", "--root", "root", "--debug", "--at", AT, "-o", "event.json")
    same(result.code, 0, "sim event")
    said = result.json()
    a = Announcement()
    command = policy(a, require_build=True, debug=True, builders=[said["builder"]], launchers=[said["launcher"]], release_signers=said["release_signers"])
    result = run(*command[:-1], "--allow-debug", "event.json")
    same((result.code, result.json()["result"]), (10, "DEBUG"), "shown and not accepted")
    rows = {row["id"]: row for row in result.json()["rows"]}
    same([rows[r]["status"] for r in ("event.build", "builder", "event.release", "release_signers")], ["not_checked"] * 4, "rows without a proof")
    same([rows[r]["status"] for r in ("event.launch", "launcher")], ["pass"] * 2, "PCR4 is that of the machine all the same")
    claim("debug mode" in rows["builder"]["reason"] and "debug mode" in rows["release_signers"]["reason"], "the reason is told")


def a_document_for_another_key_is_refused():
    if not sim():
        return
    a = Announcement(**{"public-key": public_key(STRANGER)}).write()
    refused(run(*policy(a)), 10, "PublicKeyMismatch", "another key")
    refused(run(*GENUINE, "--json", "event.json"), 10, "PublicKeyMismatch", "another key, genuine-only")


def altered_events_are_refused():
    if not sim():
        return
    a = Announcement().write()
    for member, value, code, name in (("content", "another", 10, "EventIdMismatch"), ("created_at", AT_S - 1, 10, "EventIdMismatch"), ("sig", "00" * 64, 10, "EventSignatureInvalid"),
                                      ("pubkey", public_key(STRANGER), 10, "EventIdMismatch"), ("id", "00" * 32, 10, "EventIdMismatch"), ("kind", "13793", 30, "EventMalformed"),
                                      ("seen", 1, 30, "EventMalformed")):
        write("event.json", json.dumps({**a.event, member: value}))
        verdict = refused(run(*policy(a)), code, name, member)
        claim(verdict["claims"] is None, "nothing of it is believed")
    # The signature of another key over the right id.
    write("event.json", json.dumps({**a.event, "sig": sign(STRANGER, bytes.fromhex(a.event["id"])).hex()}))
    refused(run(*policy(a)), 10, "EventSignatureInvalid", "signed by another")
    # No JSON any more: malformed, and not a question without a binding, which whoever serves the event could choose.
    text = json.dumps(a.event)
    for what, broken, name in (("cut", text[:700], "JsonMalformed"), ("doubled", text[:-1] + ',"kind":1}', "DuplicateKey"), ("trailing", text + "x", "JsonMalformed"),
                               ("fraction", text.replace('"kind": ', '"kind": 1.5, "k": ', 1), "JsonMalformed")):
        write("event.json", broken)
        refused(run(*policy(a)), 30, name, what)


def policies_refuse_by_name():
    if not sim():
        return
    a = Announcement().write()
    stranger = public_key(STRANGER)
    for members, name in (({"builders": [stranger]}, "BuilderMismatch"), ({"require_build": True}, "BuilderMismatch"), ({"launchers": [stranger]}, "LauncherMismatch"),
                          ({"launchers": []}, "LauncherMismatch"), ({"release_signers": [stranger]}, "ReleaseSignerMismatch"),
                          ({"release_signers": [stranger, public_key(MAINTAINER)]}, "ReleaseSignerMismatch"), ({"min_version": "2.1.1"}, "VersionBelowFloor"),
                          ({"min_version": "10"}, "VersionBelowFloor"), ({"stages": ["dev"]}, "StageNotAllowed"), ({"top": {"service_keys": [stranger]}}, "ServiceKeyNotAllowed"),
                          ({"top": {"simulated_roots": []}}, "SimulatedNotAllowed")):
        result = run(*policy(a, **members))
        same(result.code, 10, f"{members}: exit code")
        error = result.json()["error"]
        claim(error and (error["name"] == name or name == "SimulatedNotAllowed"), f"{members}: {error and error['name']}")
    result = run(*policy(a, release_signers=[stranger, public_key(MAINTAINER)], release_threshold=1))
    same(result.code, 0, "one of two")
    command = policy(a, top={"max_evidence_age_seconds": 60})
    command[command.index(AT)] = "2026-06-01T12:01:00Z"
    refused(run(*command), 10, "EvidenceTooOld", "old attestation")


def the_expected_key_is_the_services():
    if not sim():
        return
    a = Announcement().write()
    command = policy(a)
    same(run(*command[:-1], "--public-key", public_key(SERVICE), command[-1]).code, 0, "expected")
    refused(run(*command[:-1], "--public-key", public_key(STRANGER), command[-1]), 10, "PublicKeyMismatch", "another key is expected")
    for options in (["--nonce", "AAECAwQFBgcICQoLDA0ODw"], ["--report-data", "00"]):
        same(run(*command[:-1], *options, command[-1]).code, 2, f"{options}: usage")


# -- The real one --

def the_seeds_event():
    path = os.path.join(VECTORS, "nostr", "seed003-instance-63793.json")
    if not os.path.exists(path):
        return skip("no vectors")
    event = json.loads(read(path))
    check_event(event, "seed")
    result = run("verify", "--json", "--genuine-only", "--at", SEED_AT, path)
    same(result.code, 0, "exit code")
    verdict = result.json()
    same(verdict["result"], "GENUINE", "result")
    pcrs = {t[2][3:]: t[1] for t in event["tags"] if t[0] == "x"}
    build = inner(event, "build")[0]
    write("seed.json", json.dumps({
        "schema": "anchorhold.trust-bundle/v1", "workload": "noauth", "version": 1, "issued_at": "2025-04-01T00:00:00Z", "valid_from": "2025-04-01T00:00:00Z",
        "valid_until": "2025-05-01T00:00:00Z", "platforms": {"nitro": {
            "releases": [{"release": "1.0.0", "pcrs": {i: pcrs[i] for i in "012"}}], "builders": [npub(build["pubkey"])], "launchers": [npub(build["pubkey"])]}}}))
    result = run("verify", "--json", "--policy", "seed.json", "--at", SEED_AT, path)
    same(result.code, 0, "exit code")
    same(result.json()["result"], "PASS", "result")
    printed = os.path.join(VECTORS, "nostr", "seed003-instance-63793.as-printed.json")
    refused(run("verify", "--json", "--policy", "seed.json", "--at", SEED_AT, printed), 10, "EventIdMismatch", "as the seed prints it")


# -- inspect, and the options of sim event --

def inspect_shows_what_is_inside():
    if not sim():
        return
    a = Announcement().write()
    result = run("inspect", "event.json")
    same(result.code, 0, "exit code")
    for part in ("nostr event", "tee_root", "module_id", npub(public_key(LAUNCHER)), "launch signature", a.event["id"]):
        claim(part in result.text, f"{part} is shown")
    rows = run("inspect", "--json", "event.json").json()["rows"]
    text = read("event.json").decode()
    row = next(r for r in rows if r["label"] == "sig" and "off" in r)
    claim(text.encode()[row["off"]:row["off"] + row["len"]] == f'"{a.event["sig"]}"'.encode(), "the place of the signature")
    write("event.json", json.dumps({**a.event, "kind": 70000}))
    result = run("inspect", "event.json")
    same(result.code, 30, "exit code")
    claim("EventMalformed" in result.text, "the fault is named")


def wrong_options_are_refused():
    if not sim():
        return
    for options in (["--family", "1"], ["--certificates", "5"], ["--certificates", "1"], ["--stage", "debug"], ["--at", "yesterday"], []):
        result = run("sim", "event", "--root", "root", *options, *(["-o", "x.json"] if options else []))
        same(result.code, 2, f"{options}: exit code")
        claim(not os.path.exists("x.json"), "nothing is written")
    result = run("sim", "event", "--root", "root", "--debug", "--at", AT, "-o", "debug.json")
    same(result.code, 0, "exit code")
    verdict = run(*GENUINE, "--json", "debug.json")
    same(verdict.code, 10, "debug is refused")
    same(verdict.json()["error"]["name"], "DebugEnabled", "debug")
    result = run(*GENUINE, "--json", "--allow-debug", "debug.json")
    same((result.code, result.json()["result"]), (10, "DEBUG"), "debug is shown and not accepted")


if __name__ == "__main__":
    runner.main("test_event", [
        what_sim_event_makes_is_verified_in_python,
        the_printed_command_verifies_the_event,
        python_made_events_are_accepted,
        python_made_wrongs_are_refused_by_name,
        what_is_not_judged_in_debug_mode_proves_nobody,
        a_document_for_another_key_is_refused,
        altered_events_are_refused,
        policies_refuse_by_name,
        the_expected_key_is_the_services,
        the_seeds_event,
        inspect_shows_what_is_inside,
        wrong_options_are_refused,
    ])
