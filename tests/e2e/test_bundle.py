#!/usr/bin/python3 -B
"""`anchorhold bundle` and `manifest`: keys, signatures, rollback, the cache of fetched bundles, and a state file that survives being killed.

Goal: a stranger can sign a bundle, verify against it, and is refused by its own error for each thing that is wrong with one. Method: keys and JWS go both
ways between this program, openssl and python-cryptography; a server on loopback serves bundles that are good, old, foreign or absent."""
import base64
import ctypes
import hashlib
import json
import os
import random
import signal
import stat
import struct
import subprocess
import time

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, x25519

import runner
import vendors
from runner import ANCHORHOLD, claim, read, same, skip, write
from vendors import Answer

FETCH = os.environ.get("AH_FETCH") or os.path.join(os.path.dirname(ANCHORHOLD), "anchorhold-fetch")
TYP = "anchorhold-trust-bundle+jwt"
AT = "2026-12-01T00:00:00Z"
PROXIES = ("https_proxy", "http_proxy", "all_proxy", "no_proxy")


def run(*args, env=None, **options):
    places = {"XDG_STATE_HOME": os.path.abspath("state-home"), "XDG_CACHE_HOME": os.path.abspath("cache-home")}
    plain = {k: v for k, v in runner.PLAIN_ENV.items() if k.lower() not in PROXIES}
    return runner.run(*args, env={**plain, **places, **(env or {})}, **options)


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def policy(version=1, workload="demo", valid_until="2027-02-01T00:00:00Z", **more):
    pcrs = {"0": "11" * 48, "1": "22" * 48, "2": "33" * 48}
    return {"schema": "anchorhold.trust-bundle/v1", "workload": workload, "version": version, "issued_at": "2026-11-20T00:00:00Z",
            "valid_from": "2026-11-20T00:00:00Z", "valid_until": valid_until, "platforms": {"nitro": {"releases": [{"release": "1.0", "pcrs": pcrs}]}}, **more}


def jws(key, payload, header=None):
    header = header if header is not None else {"alg": "EdDSA", "kid": "python", "typ": TYP}
    head = header if isinstance(header, bytes) else json.dumps(header).encode()
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    signed = f"{b64(head)}.{b64(body)}"
    return f"{signed}.{b64(key.sign(signed.encode()))}"


def public_pem(key):
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def private_pem(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def write_key(path, key):
    write(path, private_pem(key))
    os.chmod(path, 0o600)
    return path


class Keys:
    """A key that python made (root.pub, root.key), and another one."""
    root = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    other = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))


def make_keys():
    write("root.pub", public_pem(Keys.root))
    write("other.pub", public_pem(Keys.other))
    write_key("root.key", Keys.root)


def refused(result, code, name, part=""):
    same(result.code, code, f"exit code ({result.text[:200]}{result.errors[:200]})")
    value = result.json()
    same(value["error"]["name"], name, f"error ({value['error']['detail']})")
    claim(part in value["error"]["detail"], f"{part!r} is said: {value['error']['detail']!r}")


def accepted(result):
    same(result.code, 0, f"exit code ({result.text[:300]}{result.errors[:300]})")
    return result.json()


def verify(path, *extra, root="root.pub", workload="demo", at=AT, **options):
    when = ["--at", at] if at else []
    return run("bundle", "verify", "--json", "--release-root", root, "--workload", workload, *when, *extra, path, **options)


# -- keys --

def keygen_writes_a_pair_that_openssl_reads():
    text = run("bundle", "keygen", "-o", "made.key")
    same(text.code, 0, "exit code")
    same(stat.S_IMODE(os.stat("made.key").st_mode), 0o600, "mode of the private key")
    same(stat.S_IMODE(os.stat("made.pub").st_mode), 0o644, "mode of the public key")
    derived = subprocess.run(["openssl", "pkey", "-in", "made.key", "-pubout"], capture_output=True).stdout
    same(derived, read("made.pub"), "openssl finds the same public key")
    key = serialization.load_pem_private_key(read("made.key"), None)
    raw = key.private_bytes(serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption())
    claim(raw.hex() not in text.text + text.errors and b64(raw) not in text.text, "the private key is not printed")
    spki = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    claim(hashlib.sha256(spki).hexdigest()[:16] in text.text, "the kid is the begin of the SHA-256 of the SPKI")
    value = accepted(run("bundle", "keygen", "--json", "-o", "second"))
    same((value["schema"], value["private_key_file"], value["public_key_file"]), ("anchorhold.bundle-keygen/v1", "second", "second.pub"), "answer")
    claim(read("second") != read("made.key"), "every key is another one")


def keygen_never_overwrites():
    write("kept.key", "mine")
    refused(run("bundle", "keygen", "--json", "-o", "kept.key"), 2, "FileUnreadable", "exists")
    same(read("kept.key"), b"mine", "the file")
    claim(not os.path.exists("kept.pub"), "no half of a pair is left")
    write("half.pub", "mine too")
    refused(run("bundle", "keygen", "--json", "-o", "half.key"), 2, "FileUnreadable", "exists")
    claim(read("half.pub") == b"mine too" and not os.path.exists("half.key"), "neither half is touched")
    os.symlink("nowhere", "dangling.key")
    refused(run("bundle", "keygen", "--json", "-o", "dangling.key"), 2, "FileUnreadable", "exists")
    refused(run("bundle", "keygen", "--json", "-o", "no-folder/x.key"), 2, "FileUnreadable")
    refused(run("bundle", "keygen", "--json", "-o", "-"), 2, "InvalidArgument")
    refused(run("bundle", "keygen", "--json"), 2, "UsageError")
    same([n for n in os.listdir(".") if ".key." in n or ".pub." in n], [], "temporary files that are left")


def a_killed_keygen_leaves_no_key():
    """A file gets its name when it is whole: no other name is ever made in the folder, so there is nothing that a kill could leave."""
    os.makedirs("watched", exist_ok=True)
    try:
        os.close(os.open("watched", os.O_TMPFILE | os.O_RDWR))
    except OSError:
        return skip("the file system has no O_TMPFILE")
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(os.O_NONBLOCK)
    claim(libc.inotify_add_watch(watch, b"watched", 0x100 | 0x200 | 0x80) >= 0, "IN_CREATE, IN_DELETE, IN_MOVED_TO")  # inotify(7)
    accepted(run("bundle", "keygen", "--json", "-o", "watched/new.key"))
    events, names, at = os.read(watch, 65536), [], 0
    os.close(watch)
    while at < len(events):
        _, mask, _, length = struct.unpack_from("iIII", events, at)
        names.append((mask, events[at + 16:at + 16 + length].rstrip(b"\0").decode()))
        at += 16 + length
    same(names, [(0x100, "new.pub"), (0x100, "new.key")], "names that were made or removed")


def a_signature_never_replaces_what_it_is_made_of():
    make_keys()
    write("policy.json", json.dumps(policy()))
    write("manifest.json", json.dumps({"schema": "workload-identity/v1", "workload": "demo", "version": "1"}))
    for name, target in (("link.key", "root.key"), ("link.json", "policy.json")):
        if not os.path.lexists(name):
            os.symlink(target, name)
    for name, target in (("hard.key", "root.key"), ("hard.json", "policy.json")):
        if not os.path.lexists(name):
            os.link(target, name)
    kept = {n: read(n) for n in ("root.key", "policy.json", "manifest.json")}
    for output in ("root.key", "policy.json", "./root.key", "link.key", "link.json", "hard.key", "hard.json"):
        refused(run("bundle", "sign", "--json", "--key", "root.key", "--at", AT, "-o", output, "policy.json"), 2, "InvalidArgument", "--output")
    for output in ("root.key", "manifest.json", "link.key"):
        refused(run("manifest", "sign", "--json", "--key", "root.key", "-o", output, "manifest.json"), 2, "InvalidArgument", "--output")
    refused(run("manifest", "sign", "--json", "--key", "root.key", "--workload", "demo", "--version", "1", "-o", "root.key"), 2, "InvalidArgument", "--output")
    pinned = read("root.pub")
    for option in ("-o", "--state"):
        refused(run("bundle", "fetch", "--json", "--release-root", "root.pub", "--workload", "demo", "--cache", "kept", "--fetcher", FETCH, option, "root.pub",
                    "https://127.0.0.1:1/x"), 2, "InvalidArgument", "root.pub")
    same(read("root.pub"), pinned, "the release root")
    same({n: read(n) for n in kept}, kept, "the files")
    write("old.jws", "an older one")
    accepted(run("bundle", "sign", "--json", "--key", "root.key", "--at", AT, "-o", "old.jws", "policy.json"))


def a_private_key_that_others_can_read_signs_nothing():
    make_keys()
    write("policy.json", json.dumps(policy()))
    for mode in (0o640, 0o604, 0o644, 0o660):
        os.chmod("root.key", mode)
        refused(run("bundle", "sign", "--json", "--key", "root.key", "--at", AT, "policy.json"), 50, "KeyInvalid", "chmod 600 root.key")
    os.chmod("root.key", 0o400)
    accepted(run("bundle", "sign", "--json", "--key", "root.key", "--at", AT, "policy.json"))
    os.chmod("root.key", 0o600)


def whatever_is_not_one_ed25519_key_is_refused():
    make_keys()
    rsa_or_ec = ec.generate_private_key(ec.SECP256R1())
    encrypted = Keys.root.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"x"))
    bad = {"ec.key": private_pem(rsa_or_ec), "x25519.key": private_pem(x25519.X25519PrivateKey.generate()), "encrypted.key": encrypted,
           "two.key": private_pem(Keys.root) + private_pem(Keys.other), "public.key": public_pem(Keys.root), "empty.key": b"", "text.key": b"hello\n",
           "long.key": private_pem(Keys.root) + b"x" * 5000}
    write("policy.json", json.dumps(policy()))
    for name, data in bad.items():
        write(name, data)
        os.chmod(name, 0o600)
        refused(run("bundle", "sign", "--json", "--key", name, "--at", AT, "policy.json"), 50, "KeyInvalid", name)
    write("bundle.jws", jws(Keys.root, policy()))
    for name, data in {**bad, "ec.pub": public_pem(rsa_or_ec), "private.pub": private_pem(Keys.root)}.items():
        if name != "public.key":
            write(name, data)
            refused(verify("bundle.jws", root=name), 50, "KeyInvalid", name)
    refused(verify("bundle.jws", root="absent.pub"), 2, "FileUnreadable")
    refused(run("bundle", "verify", "--json", "--release-root", "root.pub", "--release-root", "root.pub", "--workload", "demo", "bundle.jws"), 2, "UsageError", "twice")


# -- signing --

def openssl_and_python_verify_what_is_signed():
    make_keys()
    text = json.dumps(policy(version=5), indent=1) + "\n"
    write("policy.json", text)
    signed = run("bundle", "sign", "--key", "root.key", "--at", AT, "-o", "bundle.jws", "policy.json")
    same(signed.code, 0, "exit code")
    claim("version 5" in signed.text and "workload demo" in signed.text, f"what was signed is said: {signed.text!r}")
    claim(read("bundle.jws").endswith(b"\n") and read("bundle.jws").count(b"\n") == 1, "one line")
    head, body, signature = read("bundle.jws").decode().strip().split(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    Keys.root.public_key().verify(raw, f"{head}.{body}".encode())  # raises when it does not
    header = json.loads(base64.urlsafe_b64decode(head + "=="))
    spki = Keys.root.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    same(header, {"alg": "EdDSA", "kid": hashlib.sha256(spki).hexdigest()[:16], "typ": TYP}, "header")
    same(base64.urlsafe_b64decode(body + "==").decode(), text, "the payload is the file, byte for byte")
    write("signed.input", f"{head}.{body}")
    write("signed.sig", raw)
    checked = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "root.pub", "-rawin", "-in", "signed.input", "-sigfile", "signed.sig"],
                             capture_output=True)
    same(checked.returncode, 0, f"openssl: {checked.stdout.decode()}{checked.stderr.decode()}")
    same(run("bundle", "sign", "--key", "root.key", "--at", AT, "policy.json").out, read("bundle.jws"), "standard output has the same bytes: Ed25519 is deterministic")
    value = accepted(run("bundle", "sign", "--json", "--kid", "prod 2026", "--key", "root.key", "--at", AT, "policy.json"))
    same((value["kid"], value["version"], value["workload"]), ("prod 2026", 5, "demo"), "answer")
    write("kid.jws", value["jws"])
    same(accepted(verify("kid.jws"))["kid"], "prod 2026", "kid")


def what_openssl_signed_is_accepted():
    make_keys()
    signed = f"{b64(json.dumps({'alg': 'EdDSA', 'kid': 'openssl', 'typ': TYP}).encode())}.{b64(json.dumps(policy()).encode())}"
    write("openssl.input", signed)
    subprocess.run(["openssl", "pkeyutl", "-sign", "-inkey", "root.key", "-rawin", "-in", "openssl.input", "-out", "openssl.sig"], check=True)
    write("openssl.jws", f"{signed}.{b64(read('openssl.sig'))}")
    same(accepted(verify("openssl.jws"))["kid"], "openssl", "kid")


def only_policies_that_would_be_taken_are_signed():
    make_keys()
    rows = [(policy(valid_until=AT), 10, "BundleExpired"), ({**policy(), "extra": 1}, 50, "PolicyUnknownMember"), ({"schema": "x"}, 50, "PolicyMalformed"),
            ({**policy(), "version": 0}, 50, "PolicyValueInvalid")]
    for value, code, name in rows:
        write("bad.json", json.dumps(value))
        refused(run("bundle", "sign", "--json", "--key", "root.key", "--at", AT, "-o", "bad.jws", "bad.json"), code, name)
        claim(not os.path.exists("bad.jws"), "nothing is written")
    write("policy.json", json.dumps(policy()))
    refused(run("bundle", "sign", "--json", "--key", "root.key", "--kid", 'a"b', "--at", AT, "policy.json"), 2, "InvalidArgument", "--kid")
    refused(run("bundle", "sign", "--json", "policy.json"), 2, "UsageError", "--key")
    refused(run("bundle", "sign", "--json", "--key", "-", "--at", AT, "policy.json"), 2, "InvalidArgument")


# -- verifying --

def a_python_bundle_is_accepted_and_described():
    make_keys()
    text = jws(Keys.root, policy(version=17))
    write("bundle.jws", text)
    value = accepted(verify("bundle.jws"))
    raw = Keys.root.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    same({k: value[k] for k in ("kid", "root", "rollback", "schema", "sha256", "source", "valid_from", "valid_until", "version", "workload")},
         {"kid": "python", "root": raw.hex(), "rollback": "not_checked", "schema": "anchorhold.bundle/v1", "sha256": hashlib.sha256(text.encode()).hexdigest(),
          "source": None, "valid_from": "2026-11-20T00:00:00Z", "valid_until": "2027-02-01T00:00:00Z", "version": 17, "workload": "demo"}, "answer")
    shown = run("bundle", "verify", "--release-root", "root.pub", "--workload", "demo", "--at", AT, "bundle.jws")
    claim(shown.text.startswith("PASS  trust bundle  bundle.jws\n") and "not checked: no state given" in shown.text, f"text: {shown.text!r}")
    same(run("bundle", "verify", "--release-root", "root.pub", "--workload", "demo", "--at", AT, "-", stdin=text.encode()).code, 0, "standard input")
    plain = run("bundle", "verify", "--plain", "--release-root", "root.pub", "--workload", "demo", "--at", AT, "bundle.jws").text
    claim("bundle\tversion\t17\n" in plain, f"plain: {plain!r}")


def b18_each_header_but_the_permitted_one_is_refused():
    make_keys()
    good = {"alg": "EdDSA", "kid": "python", "typ": TYP}
    headers = [{**good, "alg": alg} for alg in ("none", "HS256", "ES256", "RS256", "eddsa", "Ed25519", "")]
    headers += [{**good, **more} for more in ({"crit": ["b64"], "b64": False}, {"b64": False}, {"crit": []}, {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": "AA"}},
                                              {"jku": "https://evil.example/"}, {"x5u": "https://evil.example/"}, {"x5c": ["AA"]}, {"cty": "JWT"}, {"zip": "DEF"})]
    headers += [{**good, "typ": typ} for typ in ("JWT", "application/" + TYP, "", "workload-identity+jwt")]
    headers += [{k: v for k, v in good.items() if k != absent} for absent in good] + [{}]
    headers += [b'{"alg":"EdDSA","alg":"none","kid":"p","typ":"%s"}' % TYP.encode(), b'{"alg":"EdDSA","al\\u0067":"none","kid":"p","typ":"%s"}' % TYP.encode(),
                b'{"alg":"EdDSA","kid":"a","kid":"b","typ":"%s"}' % TYP.encode(), b'[]', b'']
    for header in headers:
        write("header.jws", jws(Keys.root, policy(), header))
        refused(verify("header.jws"), *((50, "BundleMalformed") if header == b"" else (10, "BundleSignatureInvalid")))
    write("hmac.jws", jws(Keys.root, policy(), {**good, "alg": "HS256"}))
    refused(verify("hmac.jws"), 10, "BundleSignatureInvalid", "alg")
    write("header.jws", jws(Keys.root, policy(), good))
    accepted(verify("header.jws"))


def each_other_thing_that_is_wrong_has_its_error():
    make_keys()
    good = jws(Keys.root, policy())
    rows = [("", 50, "BundleMalformed"), ("hello", 50, "BundleMalformed"), (good + ".x", 50, "BundleMalformed"), (good + "=", 50, "BundleMalformed"),
            (good.rsplit(".", 1)[0] + ".", 50, "BundleMalformed"), ("x" * 500000, 50, "BundleMalformed"), (json.dumps(policy()), 50, "BundleMalformed"),
            (jws(Keys.other, policy()), 10, "BundleSignatureInvalid"), (good[:-2] + ("AA" if good[-2:] != "AA" else "QQ"), 10, "BundleSignatureInvalid"),
            (jws(Keys.root, b"no json"), 50, "PolicyMalformed"), (jws(Keys.root, {**policy(), "extra": 1}), 50, "PolicyUnknownMember"),
            (jws(Keys.root, policy(workload="another")), 10, "WorkloadMismatch"), (jws(Keys.root, policy(valid_until=AT)), 10, "BundleExpired")]
    for text, code, name in rows:
        write("bad.jws", text)
        refused(verify("bad.jws"), code, name)
    write("bad.jws", "x" * 409601)
    refused(verify("bad.jws"), 50, "BundleMalformed", "larger than 409600 bytes")
    write("bad.jws", "x" * 500000)
    for result in (verify("bad.jws"), run("bundle", "show", "--json", "bad.jws")):
        refused(result, 50, "BundleMalformed", "larger than 409600 bytes: bad.jws")
    refused(run("manifest", "verify", "--json", "--key", "root.pub", "bad.jws"), 30, "ManifestMalformed", "larger than 32768 bytes: bad.jws")
    write("bad.jws", jws(Keys.root, policy(), {"alg": "EdDSA", "kid": "k" * 129, "typ": TYP}))
    refused(verify("bad.jws"), 10, "BundleSignatureInvalid", "got header: kid is not 1..128 plain characters, wanted alg EdDSA, kid, typ of a bundle")
    write("bad.jws", jws(Keys.root, policy(), {"alg": "EdDSA", "kid": "k" * 1100, "typ": TYP}))
    refused(verify("bad.jws"), 50, "BundleMalformed", "header")
    write("good.jws", good)
    refused(verify("good.jws", at="2026-11-19T23:54:59Z"), 10, "BundleNotYetValid")
    accepted(verify("good.jws", at="2026-11-19T23:55:00Z"))
    refused(verify("good.jws", workload=""), 2, "InvalidArgument")
    refused(run("bundle", "verify", "--json", "--workload", "demo", "good.jws"), 2, "UsageError", "--release-root")
    refused(run("bundle", "verify", "--json", "--release-root", "root.pub", "good.jws"), 2, "UsageError", "--workload")


def show_says_that_nothing_is_verified():
    make_keys()
    write("stranger.jws", jws(Keys.other, policy(version=3), {"alg": "none"}))
    shown = run("bundle", "show", "stranger.jws")
    same(shown.code, 0, "exit code")
    claim(shown.text.startswith("UNVERIFIED") and "would be refused" in shown.text and '"version": 3' in shown.text, f"text: {shown.text!r}")
    value = accepted(run("bundle", "show", "--json", "stranger.jws"))
    same((value["verified"], value["policy"]["version"], value["schema"]), (False, 3, "anchorhold.bundle-show/v1"), "answer")
    claim("alg" in value["header_error"], f"the header is judged: {value['header_error']!r}")
    write("good.jws", jws(Keys.root, policy()))
    value = accepted(run("bundle", "show", "--json", "good.jws"))
    same((value["header_error"], value["kid"], value["verified"]), (None, "python", False), "answer")
    write("bad.jws", "x")
    refused(run("bundle", "show", "--json", "bad.jws"), 50, "BundleMalformed")
    write("bad.jws", jws(Keys.root, b"{}"))
    refused(run("bundle", "show", "--json", "bad.jws"), 50, "PolicyMissingMember")


# -- rollback --

def an_older_bundle_is_refused_after_a_newer_one():
    make_keys()
    for version in (1, 2, 3):
        write(f"v{version}.jws", jws(Keys.root, policy(version=version)))
    write("v2-again.jws", jws(Keys.root, policy(version=2), {"alg": "EdDSA", "kid": "again", "typ": TYP}))
    state = ["--state", "rollback.json"]
    same(accepted(verify("v2.jws", *state))["rollback"], "first", "rollback")
    before = read("rollback.json")
    same(accepted(verify("v2.jws", *state))["rollback"], "known", "rollback")
    same(read("rollback.json"), before, "nothing new is nothing written")
    refused(verify("v1.jws", *state), 10, "BundleRollback", "2 or above")
    refused(verify("v2-again.jws", *state), 10, "BundleRollback")
    same(read("rollback.json"), before, "a refusal changes nothing")
    same(accepted(verify("v3.jws", *state))["rollback"], "newer", "rollback")
    refused(verify("v2.jws", *state), 10, "BundleRollback", "3 or above")
    same(stat.S_IMODE(os.stat("rollback.json").st_mode), 0o600, "mode of the state")
    value = json.loads(read("rollback.json"))
    raw = Keys.root.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw).hex()
    same(value["bundles"], {raw: {"demo": {"sha256": hashlib.sha256(read("v3.jws")).hexdigest(), "version": 3}}}, "what is remembered")
    accepted(verify("v1.jws"))  # --at without --state: no state is read


def the_default_state_is_used_only_at_the_present():
    make_keys()
    now = time.time()
    times = {k: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now + s)) for k, s in (("issued_at", -3600), ("valid_from", -3600), ("valid_until", 86400))}
    for version in (1, 2):
        write(f"now{version}.jws", jws(Keys.root, {**policy(version=version), **times}))
    place = os.path.join("state-home", "anchorhold", "state.json")
    at = str(int(now))
    accepted(verify("now2.jws", at=at))
    claim(not os.path.exists(place), "--at remembers nothing by itself")
    same(accepted(verify("now2.jws", at=None))["rollback"], "first", "rollback")
    claim(os.path.exists(place), "the default state is written")
    refused(verify("now1.jws", at=None), 10, "BundleRollback")
    accepted(verify("now1.jws", at=at))


def without_a_place_for_the_state_nothing_is_judged():
    make_keys()
    now = int(time.time())
    times = {k: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now + s)) for k, s in (("issued_at", -3600), ("valid_from", -3600), ("valid_until", 86400))}
    write("placeless.jws", jws(Keys.root, {**policy(), **times}))
    write("evidence", "x")
    nowhere = {"XDG_STATE_HOME": "", "HOME": ""}
    said = "neither XDG_STATE_HOME nor HOME is set; give --state"
    refused(verify("placeless.jws", at=None, env=nowhere), 2, "InvalidArgument", said)
    trust = ["--release-root", "root.pub", "--workload", "demo"]
    asked = ["verify", "--json", "--bundle", "placeless.jws", *trust, "--platform", "nitro", "--no-binding"]
    refused(run(*asked, "evidence", env=nowhere), 2, "InvalidArgument", said)
    if os.access(FETCH, os.X_OK):
        fetched = ["bundle", "fetch", "--json", *trust, "--cache", "placeless", "--fetcher", FETCH, "--timeout", "5", "https://127.0.0.1:1/x"]
        os.makedirs("placeless", exist_ok=True)
        write(os.path.join("placeless", hashlib.sha256(b"https://127.0.0.1:1/x").hexdigest() + ".jws"), read("placeless.jws"))
        refused(run(*fetched, env=nowhere), 2, "InvalidArgument", said)
    accepted(verify("placeless.jws", "--state", "placed.json", at=None, env=nowhere))
    accepted(verify("placeless.jws", at=str(now), env=nowhere))


def rotation_of_the_root_is_no_way_back():
    make_keys()
    both = ["--release-root", "other.pub", "--state", "rotation.json"]
    write("old9.jws", jws(Keys.root, policy(version=9)))
    write("new8.jws", jws(Keys.other, policy(version=8)))
    write("new9.jws", jws(Keys.other, policy(version=9)))
    write("new10.jws", jws(Keys.other, policy(version=10)))
    accepted(verify("old9.jws", "--state", "rotation.json"))
    refused(verify("new10.jws", "--state", "rotation.json"), 10, "BundleSignatureInvalid")
    refused(verify("new8.jws", *both), 10, "BundleRollback")
    refused(verify("new9.jws", *both), 10, "BundleRollback")
    accepted(verify("new10.jws", *both))
    refused(verify("old9.jws", *both), 10, "BundleRollback")
    accepted(verify("new10.jws", "--state", "rotation.json", root="other.pub"))


def a_state_that_cannot_be_relied_on_is_exit_code_50():
    make_keys()
    write("good.jws", jws(Keys.root, policy(version=4)))
    for text in ("", "{", "[]", '{"numbers":{},"schema":"anchorhold.state/v1"', '{"bundles":{"x":{}},"numbers":{},"schema":"anchorhold.state/v1"}', "\0" * 100):
        write("corrupt.json", text)
        refused(verify("good.jws", "--state", "corrupt.json"), 50, "StateInvalid")
        same(read("corrupt.json"), text.encode(), "a corrupt state is left as it is")
    os.makedirs("folder.json", exist_ok=True)
    refused(verify("good.jws", "--state", "folder.json"), 50, "StateInvalid")
    refused(verify("good.jws", "--state", "no/folder/state.json"), 50, "StateInvalid")
    # Read but not written: files may not grow. The bundle is not accepted, as it could not be remembered.
    write("full.json", '{"numbers":{},"schema":"anchorhold.state/v1"}')
    done = subprocess.run(["/bin/sh", "-c", 'ulimit -f 0; exec "$0" "$@"', ANCHORHOLD, "bundle", "verify", "--json", "--release-root", "root.pub", "--workload",
                           "demo", "--at", AT, "--state", "full.json", "good.jws"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=runner.PLAIN_ENV)
    same(done.returncode, 50, f"exit code ({done.stdout[:200]!r})")
    same(json.loads(done.stdout)["error"]["name"], "StateInvalid", "error")
    same(read("full.json"), b'{"numbers":{},"schema":"anchorhold.state/v1"}', "the old state")
    write("brim.json", json.dumps({"numbers": {"tdx-tcb-info": {f"{i:012x}": 1 for i in range(1024)}}, "schema": "anchorhold.state/v1"}))
    refused(verify("good.jws", "--state", "brim.json"), 50, "StateInvalid", "full: no room for another entry")


def the_state_survives_kill_9_at_any_point():
    """Runs that raise the state are killed after 0 to some milliseconds. The file always holds the version before or after, whole; never none."""
    make_keys()
    rounds, killed, seen = 150, 0, set()
    command = [ANCHORHOLD, "bundle", "verify", "--quiet", "--release-root", "root.pub", "--workload", "demo", "--at", AT, "--state", "killed.json"]
    write("k0.jws", jws(Keys.root, policy(version=1)))
    subprocess.run(command + ["k0.jws"], check=True)
    begin = time.monotonic()
    subprocess.run(command + ["k0.jws"], check=True)
    usual = time.monotonic() - begin
    chance = random.Random(7)
    last = 1
    for version in range(2, rounds + 2):
        write("k.jws", jws(Keys.root, policy(version=version)))
        process = subprocess.Popen(command + ["k.jws"])
        time.sleep(chance.random() * usual * 1.5)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        now = json.loads(read("killed.json"))["bundles"].popitem()[1]["demo"]["version"]  # raises when the file is not whole
        seen.add(now == version)
        if now not in (last, version):
            claim(False, f"version {now} after {last} and {version}")
        last = now
    claim(killed > 0, f"{killed} of {rounds} runs were killed")
    claim(seen == {True, False} or killed == rounds, f"both outcomes were seen: {seen}, {killed} killed")
    write("k.jws", jws(Keys.root, policy(version=rounds + 5)))
    accepted(verify("k.jws", "--state", "killed.json"))  # no lock is left behind
    refused(verify("k0.jws", "--state", "killed.json"), 10, "BundleRollback")


# -- verify --bundle --

def evidence_is_judged_against_a_bundle():
    root = os.environ.get("AH_SIM_DIR", "")
    if not os.path.exists(os.path.join(root, "nitro-root.der")):
        root = "sim"
        if not os.path.isdir(root) and run("sim", "init", root).code != 0:
            return skip("no simulated platform")
    make_keys()
    simulated = ["--simulated-root", f"{root}/nitro-root.der", "--allow-simulated"]
    same(run("sim", "evidence", "--root", root, "--platform", "nitro", "--report-data", "68656c6c6f", "--at", AT, "-o", "evidence.cose").code, 0, "evidence")
    same(run("policy", "init", "--from", "evidence.cose", *simulated, "--at", AT, "--workload", "demo", "-o", "first.json").code, 0, "policy")
    first = json.loads(read("first.json"))
    for name, value in (("v1", first), ("v2", {**first, "version": 2}), ("other", {**first, "workload": "another"}), ("wrong", {**first, "version": 9, "platforms": policy()["platforms"]})):
        write(f"{name}.jws", jws(Keys.root, value))
    write("stranger.jws", jws(Keys.other, first))

    def judged(bundle, *extra):
        return run("verify", "--json", "--bundle", bundle, "--release-root", "root.pub", "--workload", "demo", "--report-data", "68656c6c6f", "--at", AT,
                   *simulated, *extra, "evidence.cose")

    def row(verdict, name):
        rows = [r for r in verdict["rows"] if r["id"] == name]
        return rows[0]["status"] if rows else None
    good = judged("v2.jws", "--state", "verify.json")
    same(good.code, 0, f"exit code ({good.text[:400]})")
    verdict = good.json()
    same(verdict["result"], "SIMULATED", "result")
    same([row(verdict, f"bundle.{r}") for r in ("signature", "workload", "rollback")], ["pass"] * 3, "rows")
    same(verdict["policy"]["bundle"]["kid"], "python", "kid")
    for bundle, name in (("v1.jws", "BundleRollback"), ("stranger.jws", "BundleSignatureInvalid"), ("other.jws", "WorkloadMismatch"), ("wrong.jws", "MeasurementNotAllowed")):
        result = judged(bundle, "--state", "verify.json")
        same(result.code, 10, f"exit code of {bundle}")
        same(result.json()["error"]["name"], name, bundle)
    write("brim.json", json.dumps({"numbers": {"tdx-tcb-info": {f"{i:012x}": 1 for i in range(1024)}}, "schema": "anchorhold.state/v1"}))
    refused(judged("v2.jws", "--state", "brim.json"), 50, "StateInvalid", "full: ")
    same(json.loads(read("verify.json"))["bundles"].popitem()[1]["demo"]["version"], 2, "a refused question is not remembered")
    same(row(judged("v1.jws").json(), "bundle.rollback"), "not_checked", "without a state")
    write("bad.jws", "x")
    result = judged("bad.jws")
    same((result.code, result.json()["error"]["name"]), (50, "BundleMalformed"), "malformed")
    for options in (["--bundle", "v1.jws"], ["--bundle", "v1.jws", "--release-root", "root.pub"], ["--bundle", "v1.jws", "--workload", "demo"],
                    ["--policy", "first.json", "--workload", "demo"], ["--policy", "first.json", "--bundle", "v1.jws", "--release-root", "root.pub", "--workload", "demo"]):
        same(run("verify", "--json", *options, "--report-data", "68656c6c6f", "--at", AT, *simulated, "evidence.cose").code, 2, f"usage: {options}")


# -- fetch --

class Service:
    server = tls_ca = url = None


def start_service():
    if not os.access(FETCH, os.X_OK):
        return False
    if Service.server is None:
        Service.tls_ca, certificate = vendors.make_tls("tls")
        Service.server = vendors.Server(certificate)
        Service.url = Service.server.url + "/demo.jws"
    make_keys()
    return True


def serve(answer):
    Service.server.answers = {"/demo.jws": answer if isinstance(answer, Answer) else Answer(answer.encode())}
    Service.server.asked = []


def fetch(*extra, cache="fetched", at=AT, **options):
    return run("bundle", "fetch", "--json", "--release-root", "root.pub", "--workload", "demo", "--cache", cache, "--tls-ca", Service.tls_ca, "--timeout", "20",
               "--fetcher", FETCH, *(["--at", at] if at else []), *extra, Service.url, **options)


def set_age(cache, at, seconds):
    """The cached bundle is as old, at that time."""
    name = next(n for n in os.listdir(cache) if n.endswith(".jws"))
    when = time.mktime(time.strptime(at, "%Y-%m-%dT%H:%M:%SZ")) - time.timezone - seconds
    os.utime(os.path.join(cache, name), (when, when))


def a_bundle_is_fetched_verified_cached_and_asked_for_daily():
    if not start_service():
        return skip("anchorhold-fetch was not built (libcurl)")
    text = jws(Keys.root, policy(version=1)) + "\n"
    serve(text)
    value = accepted(fetch("--state", "fetch.json", "-o", "out.jws"))
    same((value["source"], value["version"], value["file"]), ("server", 1, "out.jws"), "answer")
    same(read("out.jws").decode(), text, "the file is what was served")
    same(stat.S_IMODE(os.stat("fetched").st_mode), 0o700, "mode of the cache")
    cached = [n for n in os.listdir("fetched") if n != ".lock"]
    same(cached, [hashlib.sha256(Service.url.encode()).hexdigest() + ".jws"], "files in the cache")
    same(stat.S_IMODE(os.stat(os.path.join("fetched", cached[0])).st_mode), 0o600, "mode of the file")

    serve(jws(Keys.root, policy(version=2)))
    for age, source, version, asked in ((86399, "cache", 1, 0), (86400, "server", 2, 1)):
        set_age("fetched", AT, age)
        value = accepted(fetch("--state", "fetch.json"))
        same((value["source"], value["version"], len(Service.server.asked)), (source, version, asked), f"after {age} seconds")
    set_age("fetched", AT, 60)
    serve(jws(Keys.root, policy(version=3)))
    value = accepted(fetch("--state", "fetch.json", "--refresh"))
    same((value["source"], value["version"]), ("server", 3), "--refresh")
    set_age("fetched", AT, -60)
    value = accepted(fetch("--state", "fetch.json"))
    same(value["source"], "server", "a file of the future has no age")


def nothing_that_is_refused_enters_the_cache():
    if not start_service():
        return skip("anchorhold-fetch was not built (libcurl)")
    serve(jws(Keys.root, policy(version=5)))
    accepted(fetch("--state", "enter.json", cache="enter"))
    kept = read(os.path.join("enter", next(n for n in os.listdir("enter") if n.endswith(".jws"))))
    rows = [(jws(Keys.root, policy(version=4)), 10, "BundleRollback"), (jws(Keys.other, policy(version=6)), 10, "BundleSignatureInvalid"),
            (jws(Keys.root, policy(version=6, workload="another")), 10, "WorkloadMismatch"), ("<html>", 50, "BundleMalformed"),
            (jws(Keys.root, policy(version=6, valid_until=AT)), 10, "BundleExpired"), ("x" * 500000, 30, "TooLarge"),
            (Answer(b"", 302, [("Location", "https://127.0.0.1/x")]), 40, "FetchRedirected")]
    for answer, code, name in rows:
        serve(answer)
        refused(fetch("--state", "enter.json", "--refresh", cache="enter"), code, name)
        same(read(os.path.join("enter", next(n for n in os.listdir("enter") if n.endswith(".jws")))), kept, f"the cached bundle after {name}")
    same(json.loads(read("enter.json"))["bundles"].popitem()[1]["demo"]["version"], 5, "what is remembered")
    other, _ = vendors.make_tls("other-tls")
    refused(fetch("--state", "enter.json", "--refresh", "--tls-ca", Service.tls_ca, cache="enter"), 2, "UsageError")
    good, Service.tls_ca = Service.tls_ca, other
    refused(fetch("--state", "enter.json", "--refresh", cache="enter"), 40, "FetchUntrusted")
    Service.tls_ca = good
    for url in ("http://127.0.0.1/x", "https://", "file:///etc/passwd", "https://user@127.0.0.1/x", "https://127.0.0.1/x#y", "https://127.0.0.1/" + "x" * 600):
        same(run("bundle", "fetch", "--json", "--release-root", "root.pub", "--workload", "demo", "--cache", "enter", "--fetcher", FETCH, url).code, 2, url[:40])


def the_cached_bundle_stands_in_until_it_expires():
    if not start_service():
        return skip("anchorhold-fetch was not built (libcurl)")
    serve(jws(Keys.root, policy(version=1)))
    accepted(fetch("--state", "stand.json", cache="stand"))
    gone = Answer(b"", trick="close")
    serve(gone)
    set_age("stand", AT, 90000)
    value = accepted(fetch("--state", "stand.json", cache="stand"))
    same((value["source"], value["version"], len(Service.server.asked) > 0), ("cache", 1, True), "the server was asked, the cache answered")
    serve(Answer(b"", 503))
    same(accepted(fetch("--state", "stand.json", cache="stand"))["source"], "cache", "503")
    text = run("bundle", "fetch", "--release-root", "root.pub", "--workload", "demo", "--cache", "stand", "--tls-ca", Service.tls_ca, "--fetcher", FETCH,
               "--state", "stand.json", "--at", AT, Service.url)
    claim("could not be reached, or did not answer with the document" in text.errors, f"it is said: {text.errors!r}")
    serve(Answer(b"", 404))
    same(accepted(fetch("--state", "stand.json", cache="stand"))["source"], "cache", "404: a server that answers, and not with the document")
    refused(fetch("--state", "stand.json", "--refresh", cache="stand"), 40, "FetchFailed")
    refused(fetch("--state", "stand.json", cache="stand", at="2027-02-01T00:00:00Z"), 40, "FetchFailed")  # valid_until
    accepted(fetch("--state", "stand.json", cache="stand", at="2027-01-31T23:59:59Z"))
    # A cached file that somebody changed, or that another run has overtaken, counts as none.
    write("newer.jws", jws(Keys.root, policy(version=2)))
    accepted(verify("newer.jws", "--state", "stand.json"))
    refused(fetch("--state", "stand.json", cache="stand"), 40, "FetchFailed")
    path = os.path.join("stand", next(n for n in os.listdir("stand") if n.endswith(".jws")))
    write(path, jws(Keys.other, policy(version=9)))
    refused(fetch("--state", "stand.json", cache="stand"), 40, "FetchFailed")
    serve(jws(Keys.root, policy(version=3)))
    same(accepted(fetch("--state", "stand.json", cache="stand"))["source"], "server", "and is replaced")
    write("corrupt.json", "{")
    refused(fetch("--state", "corrupt.json", cache="stand"), 50, "StateInvalid")


def at_another_time_without_a_state_nothing_is_kept():
    if not start_service():
        return skip("anchorhold-fetch was not built (libcurl)")
    state = os.path.join("state-home", "anchorhold", "state.json")
    remembered = read(state) if os.path.exists(state) else None
    serve(jws(Keys.root, policy(version=1)))
    value = accepted(fetch(cache="another-time"))
    same((value["source"], value["file"], value["rollback"]), ("server", None, "not_checked"), "answer")
    same([n for n in os.listdir("another-time") if n != ".lock"], [], "files in the cache")
    value = accepted(fetch("-o", "another.jws", cache="another-time"))
    same((value["file"], read("another.jws").decode()), ("another.jws", jws(Keys.root, policy(version=1))), "-o")
    options = ["--release-root", "root.pub", "--workload", "demo", "--cache", "another-time", "--tls-ca", Service.tls_ca, "--fetcher", FETCH, "--at", AT]
    claim(run("bundle", "fetch", *options, Service.url).text.startswith("PASS  trust bundle  not kept\n"), "it is said")
    same([n for n in os.listdir("another-time") if n != ".lock"], [], "files in the cache")
    same(read(state) if os.path.exists(state) else None, remembered, "the default state")
    accepted(fetch("--state", "another.json", cache="another-time"))
    same(len([n for n in os.listdir("another-time") if n.endswith(".jws")]), 1, "with a state it is kept")


def what_is_no_file_in_the_cache_counts_as_none():
    if not start_service():
        return skip("anchorhold-fetch was not built (libcurl)")
    text = jws(Keys.root, policy(version=1))
    serve(text)
    os.makedirs("odd", exist_ok=True)
    entry = os.path.join("odd", hashlib.sha256(Service.url.encode()).hexdigest() + ".jws")
    options = ["--release-root", "root.pub", "--workload", "demo", "--cache", "odd", "--tls-ca", Service.tls_ca, "--fetcher", FETCH, "--at", AT, "--state", "odd.json"]
    for make, remove, is_kept in ((os.mkfifo, os.unlink, False), (os.mkdir, os.rmdir, False), (lambda p: os.symlink("nowhere", p), os.unlink, False),
                                  (lambda p: (write(p, text), os.chmod(p, 0)), os.unlink, True)):
        make(entry)
        before = os.lstat(entry).st_mode
        result = run("bundle", "fetch", *options, "-o", "odd.jws", Service.url, timeout=20)
        same((result.code, read("odd.jws").decode()), (0, text), f"{stat.S_IFMT(before):o}: fetched")
        claim(is_kept or "does not count as a cached bundle" in result.errors, f"it is said: {result.errors!r}")  # root reads every file
        same(os.lstat(entry).st_mode == before, not is_kept, "what is no file is left alone, a file is replaced")
        remove(entry)
    same(accepted(fetch("--state", "odd.json", cache="odd"))["source"], "server", "and then it is kept")
    same(read(entry).decode(), text, "the cached bundle")


# -- manifests --

def a_manifest_is_signed_and_verified():
    make_keys()
    digest = "sha256:" + "ab" * 32
    signed = run("manifest", "sign", "--key", "root.key", "--workload", "demo", "--version", "v1.0.0", "--image-digest", digest, "-o", "manifest.jws")
    same(signed.code, 0, f"exit code ({signed.errors})")
    tag = hashlib.sha256(read("manifest.jws").strip()).hexdigest()
    claim(tag in signed.text, "the tag is printed")
    head, body, signature = read("manifest.jws").decode().strip().split(".")
    Keys.root.public_key().verify(base64.urlsafe_b64decode(signature + "=="), f"{head}.{body}".encode())
    same(json.loads(base64.urlsafe_b64decode(head + "=="))["typ"], "workload-identity+jwt", "typ")
    same(json.loads(base64.urlsafe_b64decode(body + "==")), {"schema": "workload-identity/v1", "workload": "demo", "version": "v1.0.0", "image_digest": digest}, "payload")
    value = accepted(run("manifest", "verify", "--json", "--key", "other.pub", "--key", "root.pub", "manifest.jws"))
    same((value["tag"], value["workload"], value["version"], value["image_digest"]), (tag, "demo", "v1.0.0", digest), "answer")
    claim(tag in run("manifest", "verify", "--key", "root.pub", "manifest.jws").text, "the tag is printed")
    refused(run("manifest", "verify", "--json", "--key", "other.pub", "manifest.jws"), 10, "ManifestInvalid")


def tresors_manifests_are_read_and_files_are_signed_as_they_stand():
    make_keys()
    payload = {"schema": "workload-identity/v1", "workload": "router", "version": "v1.42.3", "image_digest": "sha256:" + "1" * 64, "build_metadata": {"any": ["thing", None]}}
    write("tresor.jws", jws(Keys.root, payload, {"alg": "EdDSA", "typ": "JWT", "kid": "w"}))
    same(accepted(run("manifest", "verify", "--json", "--key", "root.pub", "tresor.jws"))["workload"], "router", "workload")
    text = json.dumps(payload, indent=2)
    write("manifest.json", text)
    value = accepted(run("manifest", "sign", "--json", "--key", "root.key", "manifest.json"))
    same(base64.urlsafe_b64decode(value["jws"].split(".")[1] + "==").decode(), text, "the payload is the file")
    same(value["tag"], hashlib.sha256(value["jws"].encode()).hexdigest(), "tag")
    for bad in ("{}", "no json", json.dumps({**payload, "extra": 1}), json.dumps({**payload, "image_digest": "1" * 64})):
        write("bad.json", bad)
        refused(run("manifest", "sign", "--json", "--key", "root.key", "bad.json"), 30, "ManifestMalformed")
    refused(run("manifest", "sign", "--json", "--key", "root.key", "--workload", "demo"), 2, "UsageError")
    refused(run("manifest", "sign", "--json", "--key", "root.key", "--workload", "demo", "manifest.json"), 2, "UsageError")
    refused(run("manifest", "sign", "--json", "--key", "root.key", "--workload", 'a"', "--version", "1"), 2, "InvalidArgument")
    refused(run("manifest", "sign", "--json", "--key", "root.key", "--workload", "demo", "--version", "1", "--image-digest", "sha256:00"), 30, "ManifestMalformed")


runner.main("test_bundle", [
    keygen_writes_a_pair_that_openssl_reads,
    keygen_never_overwrites,
    a_killed_keygen_leaves_no_key,
    a_signature_never_replaces_what_it_is_made_of,
    a_private_key_that_others_can_read_signs_nothing,
    whatever_is_not_one_ed25519_key_is_refused,
    openssl_and_python_verify_what_is_signed,
    what_openssl_signed_is_accepted,
    only_policies_that_would_be_taken_are_signed,
    a_python_bundle_is_accepted_and_described,
    b18_each_header_but_the_permitted_one_is_refused,
    each_other_thing_that_is_wrong_has_its_error,
    show_says_that_nothing_is_verified,
    an_older_bundle_is_refused_after_a_newer_one,
    the_default_state_is_used_only_at_the_present,
    without_a_place_for_the_state_nothing_is_judged,
    rotation_of_the_root_is_no_way_back,
    a_state_that_cannot_be_relied_on_is_exit_code_50,
    the_state_survives_kill_9_at_any_point,
    evidence_is_judged_against_a_bundle,
    a_bundle_is_fetched_verified_cached_and_asked_for_daily,
    nothing_that_is_refused_enters_the_cache,
    the_cached_bundle_stands_in_until_it_expires,
    at_another_time_without_a_state_nothing_is_kept,
    what_is_no_file_in_the_cache_counts_as_none,
    a_manifest_is_signed_and_verified,
    tresors_manifests_are_read_and_files_are_signed_as_they_stand,
])
