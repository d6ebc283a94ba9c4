#!/usr/bin/python3 -B
"""`anchorhold collateral` and anchorhold-fetch against services on loopback that are good, wrong, slow, endless or somebody else.

Goal: only what a vendor signed enters the cache, nothing older replaces something newer, and nothing is fetched from any place that the operator
did not name. Method: tests/e2e/vendors.py serves real collateral (tests' vectors), else simulated, in the shapes of Intel PCS and AMD KDS."""
import fcntl
import json
import os
import stat
import subprocess
import threading
import time

import runner
import vendors
from runner import ANCHORHOLD, VECTORS, claim, read, same, skip, write
from vendors import Answer

FETCH = os.environ.get("AH_FETCH") or os.path.join(os.path.dirname(ANCHORHOLD), "anchorhold-fetch")
PROXIES = ("https_proxy", "http_proxy", "all_proxy", "no_proxy")
ENV = {k: v for k, v in runner.PLAIN_ENV.items() if k.lower() not in PROXIES}
REPORT_DATA = "%0128x" % 0xabc
# Simulated evidence and collateral are made for this time; --at keeps the tests from depending on the clock.
SIM_AT = "2026-06-01T12:00:00Z"


def run(*args, env=None, **options):
    return runner.run(*args, env={**ENV, **(env or {})}, **options)


class World:
    """What one run of the tests works with: collateral, an older one, the time, options that allow it, evidence."""
    tdx = None         # the collateral file as an object
    older = None       # another one for the same FMSPC, validly signed, with lower numbers or dates; its time is older_at
    trust = []
    server = tls_ca = None


def sim_root():
    """Simulated roots: those that were made for all tests, else own ones; None without the simulated platform. Making them takes seconds."""
    shared = os.environ.get("AH_SIM_DIR", "")
    if os.path.exists(os.path.join(shared, "tdx-root.der")):
        return shared
    if not os.path.isdir("root") and run("sim", "init", "root").code != 0:
        return None
    return "root"


def make_world():
    if not os.access(FETCH, os.X_OK):
        return "anchorhold-fetch was not built (libcurl)"
    World.tls_ca, certificate = vendors.make_tls("tls")
    World.server = vendors.Server(certificate)
    World.fmspc, World.ca = "90c06f000000", "platform"
    files = os.path.join(VECTORS, "tdx", "collateral")
    if os.path.isdir(files):
        World.quote = os.path.join(VECTORS, "tdx", "go-tdx-guest", "quote_v5_sample.dat")
        World.tdx, World.at = vendors.load(os.path.join(files, "90c06f000000_2026-02.json")), "1772668800"
        World.older, World.older_at = vendors.load(os.path.join(files, "90c06f000000_2025-06.json")), "2025-06-25T00:00:00Z"
        return None
    root = sim_root()
    if root is None:
        return "neither vectors nor the simulated platform"
    for at, quote in ((SIM_AT, "quote.bin"), ("2026-05-20T12:00:00Z", "older.bin")):
        if run("sim", "evidence", "--root", root, "--platform", "tdx", "--report-data", REPORT_DATA, "--at", at, "-o", quote).code != 0:
            return "no vectors, and the simulated platform has no tdx"
    World.quote, World.trust = "quote.bin", ["--simulated-root", f"{root}/tdx-root.der", "--allow-simulated"]
    World.tdx, World.at = vendors.load("quote.bin.collateral.json"), SIM_AT
    World.older, World.older_at = vendors.load("older.bin.collateral.json"), SIM_AT
    World.fmspc = json.loads(World.tdx["tcb_info"])["fmspc"].lower()
    return None


def serve(collateral=None, **changes):
    """Serve the good answers, with those replaced that are named: tcb, qe, pckcrl, rootcrl."""
    answers = vendors.pcs_answers(collateral or World.tdx, World.fmspc, World.ca)
    paths = {"tcb": "/tcb?", "qe": "/qe/", "pckcrl": "/pckcrl?", "rootcrl": "IntelSGXRootCA"}
    for what, answer in changes.items():
        path = next(p for p in answers if paths[what] in p)
        answers[path] = answer(answers[path]) if callable(answer) else answer
    World.server.answers, World.server.asked, World.server.streamed = answers, [], 0


def fetch(*extra, cache="cache", at=None, ca=None, **options):
    return run("collateral", "fetch", "--json", "--fmspc", World.fmspc, "--ca", World.ca, "--pcs-url", World.server.url, "--tls-ca", ca or World.tls_ca,
               "--cache", cache, "--at", at or World.at, *World.trust, "--timeout", "20", *extra, **options)


def refused(result, code, name, part=""):
    same(result.code, code, "exit code")
    value = result.json()
    same(value["schema"], "anchorhold.error/v1", "schema")
    same(value["error"]["name"], name, f"error ({value['error']['detail']})")
    claim(part in value["error"]["detail"], f"{part!r} is said: {value['error']['detail']!r}")
    return value


def admitted(result):
    same(result.code, 0, f"exit code ({result.text[:300]})")
    value = result.json()
    same(value["schema"], "anchorhold.collateral/v1", "schema")
    return value["documents"]


def listed(cache, at=None):
    return admitted(run("collateral", "list", "--json", "--cache", cache, "--at", at or World.at, *World.trust))


def is_empty(cache):
    """Nothing in the cache, and nothing left over from a download."""
    left = [n for n in os.listdir(cache) if n != ".lock"] if os.path.isdir(cache) else []
    same(left, [], f"files in {cache}")


# -- Good answers --

def tdx_collateral_is_fetched_verified_and_cached():
    serve()
    documents = admitted(fetch(cache="good"))
    same(len(documents), 1, "documents")
    document = documents[0]
    same(document["kind"], "tdx-collateral", "kind")
    same(document["simulated"], bool(World.trust), "simulated")
    same([n["title"] for n in document["numbers"]], ["TCB info", "QE identity", "root CRL", "PCK CRL"], "what is numbered")
    same(document["numbers"][0]["number"], json.loads(World.tdx["tcb_info"])["tcbEvaluationDataNumber"], "evaluation number")
    same(vendors.load(document["path"]), {k: v for k, v in World.tdx.items() if k != "pck_certificate_chain"}, "the file is the vendor's documents, unchanged")
    same(len(World.server.asked), 4, "requests")
    same(stat.S_IMODE(os.stat("good").st_mode), 0o700, "mode of the cache")
    same(stat.S_IMODE(os.stat(document["path"]).st_mode), 0o600, "mode of the file")
    same(sorted(os.listdir("good")), sorted([".lock", document["name"]]), "nothing else is left")
    same(listed("good"), documents, "list says the same")
    text = run("collateral", "list", "--cache", "good", "--at", World.at, *World.trust).text
    claim(text.startswith("current until ") and World.fmspc in text and document["path"] in text, f"list for people: {text!r}")


def what_was_fetched_verifies_a_quote():
    serve()
    path = admitted(fetch(cache="quote"))[0]["path"]
    verdict = run("verify", "--genuine-only", "--json", "--collateral", path, "--at", World.at, *World.trust, World.quote).json()
    same(verdict["result"], "SIMULATED" if World.trust else "GENUINE", "result")


def evidence_says_what_is_needed():
    serve()
    value = admitted(run("collateral", "fetch", "--json", "--for", World.quote, "--pcs-url", World.server.url + "/", "--tls-ca", World.tls_ca, "--cache", "for",
                         "--at", World.at, *World.trust))
    claim(World.fmspc in value[0]["name"] and "platform" in value[0]["name"], f"the quote's FMSPC and CA: {value[0]['name']}")


def the_same_again_is_no_rollback():
    serve()
    first = admitted(fetch(cache="again", at=World.at))
    same(admitted(fetch(cache="again", at=World.at)), first, "the second time")


# -- Answers that are refused --

def stale_collateral_does_not_enter():
    serve()
    value = fetch(cache="stale", at="2027-12-01T00:00:00Z")
    same(value.code, 10, "exit code")
    claim(value.json()["error"]["name"] in ("CollateralExpired", "CertificateExpired"), f"error: {value.json()['error']['name']}")
    is_empty("stale")


def collateral_of_the_future_does_not_enter():
    serve()
    result = fetch(cache="future", at="2025-01-01T00:00:00Z")
    same(result.code, 10, "exit code")
    claim(result.json()["error"]["name"] in ("CollateralNotYetValid", "CertificateNotYetValid"), f"error: {result.json()['error']['name']}")
    is_empty("future")


def collateral_of_another_fmspc_does_not_enter():
    serve()
    World.server.answers["/tdx/certification/v4/tcb?fmspc=0123456789ab"] = World.server.answers[f"/tdx/certification/v4/tcb?fmspc={World.fmspc}"]
    result = run("collateral", "fetch", "--json", "--fmspc", "0123456789AB", "--ca", World.ca, "--pcs-url", World.server.url, "--tls-ca", World.tls_ca,
                 "--cache", "wrong", "--at", World.at, *World.trust)
    refused(result, 10, "FmspcMismatch")
    is_empty("wrong")


def the_crl_of_the_other_ca_does_not_enter():
    serve()
    pckcrl = f"/sgx/certification/v4/pckcrl?ca={World.ca}&encoding=der"
    World.server.answers[pckcrl.replace("platform", "processor")] = World.server.answers[pckcrl]
    result = run("collateral", "fetch", "--json", "--fmspc", World.fmspc, "--ca", "processor", "--pcs-url", World.server.url, "--tls-ca", World.tls_ca,
                 "--cache", "wrong", "--at", World.at, *World.trust)
    refused(result, 10, "CrlIssuerMismatch")
    is_empty("wrong")


def changed_documents_do_not_enter():
    def change(member, old, new):
        return {**World.tdx, member: World.tdx[member].replace(old, new, 1)}

    for collateral, name in (
        (change("tcb_info", '"tcbStatus":"OutOfDate"', '"tcbStatus":"UpToDate"'), "TcbInfoSignatureInvalid"),
        (change("qe_identity", '"tcbEvaluationDataNumber":1', '"tcbEvaluationDataNumber":9'), "QeIdentitySignatureInvalid"),
        ({**World.tdx, "pck_crl": World.tdx["pck_crl"][:-2] + "%02x" % (int(World.tdx["pck_crl"][-2:], 16) ^ 1)}, "CrlSignatureInvalid"),
        ({**World.tdx, "pck_crl": World.tdx["root_ca_crl"]}, "CrlIssuerMismatch"),
    ):
        claim(collateral != World.tdx, f"{name}: something was changed")
        serve(collateral)
        refused(fetch(cache="changed"), 10, name)
    is_empty("changed")


def garbage_does_not_enter():
    for change, code, name in (
        ({"tcb": lambda a: Answer(b"<html>maintenance</html>", headers=a.headers)}, 30, "CollateralMalformed"),
        ({"tcb": lambda a: Answer(a.body[:-3], headers=a.headers)}, 30, "CollateralMalformed"),
        ({"tcb": lambda a: Answer(b'{"tcbInfo":{},' + a.body[1:], headers=a.headers)}, 30, "CollateralMalformed"),
        ({"tcb": lambda a: Answer(a.body + b"{}", headers=a.headers)}, 30, "CollateralMalformed"),
        ({"tcb": lambda a: Answer(a.body, headers=[("TCB-Info-Issuer-Chain", "%zz")])}, 30, "CollateralMalformed"),
        ({"tcb": lambda a: Answer(a.body, headers=[("TCB-Info-Issuer-Chain", "no certificates")])}, 30, "CollateralMalformed"),
        ({"qe": lambda a: Answer(b"\xff\xfe", headers=a.headers)}, 30, "CollateralMalformed"),
        ({"pckcrl": lambda a: Answer(os.urandom(500), headers=a.headers)}, 30, "CrlMalformed"),
        ({"rootcrl": Answer(b"-----BEGIN X509 CRL-----")}, 30, "CrlMalformed"),
    ):
        serve(**change)
        refused(fetch(cache="garbage"), code, name)
    is_empty("garbage")


def incomplete_answers_are_unobtainable():
    for change, part in (
        ({"tcb": Answer(b"gone", 404)}, "404"),
        ({"qe": Answer(b"busy", 503)}, "503"),
        ({"tcb": lambda a: Answer(a.body)}, "TCB-Info-Issuer-Chain"),
        ({"tcb": lambda a: Answer(a.body, headers=a.headers * 2)}, "more than once"),
        ({"tcb": lambda a: Answer(b"", headers=a.headers)}, "empty"),
        ({"tcb": lambda a: Answer(a.body, 206, a.headers)}, "206"),
        ({"qe": lambda a: Answer(a.body, headers=a.headers, trick="cut")}, "QE identity"),
        ({"rootcrl": Answer(trick="close")}, "root CRL"),
    ):
        serve(**change)
        refused(fetch(cache="incomplete"), 40, "FetchFailed", part)
    is_empty("incomplete")


def oversize_answers_end_while_they_stream():
    serve(tcb=lambda a: Answer(headers=a.headers, trick="stream"))
    start = time.monotonic()
    refused(fetch(cache="large"), 30, "TooLarge")
    claim(time.monotonic() - start < 15, "it does not wait for the end")
    claim(World.server.streamed < 64 * 1024 * 1024, f"it stops taking: {World.server.streamed} bytes were sent")
    serve(tcb=lambda a: Answer(b"x" * (2 * 1024 * 1024), headers=a.headers))
    refused(fetch(cache="large"), 30, "TooLarge")
    serve(tcb=lambda a: Answer(a.body, headers=a.headers + [(f"X-{i}", "y" * 8000) for i in range(20)]))
    refused(fetch(cache="large"), 30, "TooLarge")
    is_empty("large")


def redirects_are_refused_and_not_followed():
    for status in (301, 302, 303, 307, 308):
        serve(tcb=lambda a: Answer(b"", status, a.headers + [("Location", World.server.url + "/elsewhere")]))
        World.server.answers["/elsewhere"] = Answer(b"{}")
        refused(fetch(cache="redirected"), 40, "FetchRedirected", str(status))
        same([p for p in World.server.asked if "elsewhere" in p], [], "nobody went there")
    is_empty("redirected")


def slow_servers_meet_the_time_limit():
    serve(tcb=lambda a: Answer(a.body, headers=a.headers, trick="slow"))
    start = time.monotonic()
    result = run("collateral", "fetch", "--json", "--fmspc", World.fmspc, "--ca", World.ca, "--pcs-url", World.server.url, "--tls-ca", World.tls_ca, "--cache",
                 "slow", "--at", World.at, *World.trust, "--timeout", "1")
    refused(result, 40, "FetchFailed", "TCB info")
    claim(time.monotonic() - start < 6, "it ended in time")
    is_empty("slow")


def strangers_certificates_are_refused():
    other_ca, other = vendors.make_tls("stranger")
    _, wrong_name = vendors.make_tls("wrong-name", "kds.example")
    serve()
    refused(fetch(cache="tls-cache", ca=other_ca), 40, "FetchUntrusted")
    same(World.server.asked, [], "nothing was asked of a server that is not trusted")
    for certificate, ca in ((other, World.tls_ca), (wrong_name, os.path.join("wrong-name", "ca.pem"))):
        server = vendors.Server(certificate)
        try:
            result = run("collateral", "fetch", "--json", "--fmspc", World.fmspc, "--ca", World.ca, "--pcs-url", server.url, "--tls-ca", ca, "--cache", "tls-cache",
                         "--at", World.at, *World.trust)
            refused(result, 40, "FetchUntrusted")
            same(server.asked, [], "nothing was asked")
        finally:
            server.close()
    refused(run("collateral", "fetch", "--json", "--product", "Genoa", "--kds-url", World.server.url, "--cache", "tls-cache", "--at", World.at), 40, "FetchUntrusted")
    is_empty("tls-cache")


def only_https_is_fetched():
    serve()
    plain = World.server.url.replace("https:", "http:")
    refused(run("collateral", "fetch", "--json", "--product", "Genoa", "--kds-url", plain, "--cache", "plain"), 2, "InvalidArgument", "--kds-url")
    for url in (plain + "/x", "file:///etc/passwd", "ftp://127.0.0.1/", "//127.0.0.1/", "127.0.0.1", "https://user:pass@127.0.0.1/", "https://127.0.0.1/#x",
                "https://127.0.0.1/a b", "https://", ""):
        result = subprocess.run([FETCH, "--json", "--url", url, "--max", "100", "-o", "plain.out"], env=ENV, capture_output=True, timeout=20)
        same((result.returncode, json.loads(result.stdout)["error"]["name"]), (2, "InvalidArgument"), f"--url {url}")
    claim(not os.path.exists("plain.out") and World.server.asked == [], "nothing was fetched")


# -- Rollback --

def older_collateral_never_replaces_newer():
    serve()
    path = admitted(fetch(cache="rollback"))[0]["path"]
    before = read(path)
    serve(World.older)
    refused(fetch(cache="rollback", at=World.older_at), 10, "CollateralRollback")
    same(read(path), before, "the newer file stays")
    write("older.json", json.dumps(World.older))
    refused(run("collateral", "import", "--json", "--cache", "rollback", "--at", World.older_at, *World.trust, "older.json"), 10, "CollateralRollback")
    same(read(path), before, "the newer file stays")
    # The other way round it is an update.
    serve(World.older)
    admitted(fetch(cache="update", at=World.older_at))
    serve()
    admitted(fetch(cache="update"))
    same(read(path), read(os.path.join("update", os.path.basename(path))), "the newer file is there")


def the_state_outlives_the_cache():
    if World.trust:
        return skip("simulated collateral has one evaluation number for all times")
    serve()
    admitted(fetch("--state", "state.json", cache="state"))
    same(stat.S_IMODE(os.stat("state.json").st_mode), 0o600, "mode of the state")
    numbers = json.loads(read("state.json"))["numbers"]
    same(numbers["tdx-tcb-info"][World.fmspc], 18, "what is remembered")
    same(len(numbers["crl"]), 2, "both CRLs")
    serve(World.older)
    refused(fetch("--state", "state.json", cache="state-empty", at=World.older_at), 10, "CollateralRollback", "17")
    is_empty("state-empty")
    admitted(fetch("--state", "other-state.json", cache="state-empty", at=World.older_at))


def a_state_that_cannot_be_used_is_exit_50():
    serve()
    write("corrupt.json", b'{"numbers":{},"schema":"anchorhold.state/v1"')
    write("a-file", b"")
    for path in ("corrupt.json", "a-file/state.json", "absent-folder/state.json"):
        refused(fetch("--state", path, cache="bad-state"), 50, "StateInvalid")
    is_empty("bad-state")


def without_a_time_the_default_state_is_used():
    # Without --at the clock is real, and only simulated collateral made now is current.
    root = sim_root()
    if root is None or run("sim", "evidence", "--root", root, "--platform", "tdx", "--report-data", REPORT_DATA, "-o", "now.bin").code != 0:
        return skip("the simulated platform has no tdx")
    home = {"XDG_CACHE_HOME": os.path.abspath("xdg-cache"), "XDG_STATE_HOME": os.path.abspath("xdg-state")}
    trust = ["--simulated-root", f"{root}/tdx-root.der", "--allow-simulated"]
    document = admitted(run("collateral", "import", "--json", *trust, "now.bin.collateral.json", env=home))[0]
    claim(document["path"].startswith(home["XDG_CACHE_HOME"] + "/anchorhold/collateral/simulated-"), f"default cache: {document['path']}")
    state = os.path.join(home["XDG_STATE_HOME"], "anchorhold", "state.json")
    claim("@" in read(state).decode(), "the state keeps simulated numbers apart")
    same(len(admitted(run("collateral", "list", "--json", *trust, env=home))), 1, "list finds it")
    without = admitted(run("collateral", "list", "--json", env=home))[0]
    same(without["error"]["name"], "RootUntrusted", "and does not believe it without its root")
    # verify --policy uses the same file, and what it cannot use is no acceptance.
    policy = run("policy", "init", "--from", "now.bin", "--collateral", "now.bin.collateral.json", *trust, "-o", "now.policy.json")
    if not same(policy.code, 0, f"policy init for tdx ({policy.errors})"):
        return
    question = ["verify", "--json", "--policy", "now.policy.json", "--report-data", REPORT_DATA, "--collateral", "now.bin.collateral.json", *trust, "now.bin"]
    os.unlink(state)
    verdict = run(*question, env=home)
    same((verdict.code, verdict.json()["result"]), (0, "SIMULATED"), "verdict")
    claim("tdx-tcb-info" in read(state).decode(), "what was accepted is remembered")
    raised = json.loads(read(state))
    for key in raised["numbers"]["tdx-tcb-info"]:
        raised["numbers"]["tdx-tcb-info"][key] += 1
    write(state, json.dumps(raised, sort_keys=True, separators=(",", ":")))
    verdict = run(*question, env=home)
    same((verdict.code, verdict.json()["error"]["name"]), (10, "CollateralRollback"), "older than remembered")
    write(state, b"{")
    refused(run(*question, env=home), 50, "StateInvalid")
    same(run(*question, "--at", str(int(time.time())), env=home).code, 0, "with --at no state is read")
    same(run("verify", "--genuine-only", "--collateral", "now.bin.collateral.json", *trust, "now.bin", env=home).code, 0, "nor with --genuine-only")
    write("blocked", b"")
    refused(run(*question, env={**home, "XDG_STATE_HOME": os.path.abspath("blocked")}), 50, "StateInvalid")


# -- Where it goes --

def only_the_operators_mirror_is_contacted():
    """The quote's certificates name Intel's addresses; with a mirror given, everything goes there. All ways out lead over the proxy."""
    proxy = vendors.Proxy()
    try:
        serve()
        result = run("collateral", "fetch", "--json", "--for", World.quote, "--pcs-url", World.server.url, "--tls-ca", World.tls_ca, "--cache", "mirror", "--at",
                     World.at, *World.trust, env={"https_proxy": proxy.url})
        admitted(result)
        same(set(proxy.targets), {World.server.url[len("https://"):]}, "hosts")
        same(len(proxy.targets), 4, "connections, all of them over the proxy")
        admitted(fetch(cache="no-proxy", env={"https_proxy": "http://127.0.0.1:1", "no_proxy": "127.0.0.1"}))
        refused(fetch(cache="dead-proxy", env={"https_proxy": "http://127.0.0.1:1"}), 40, "FetchFailed")
    finally:
        proxy.close()


def without_a_mirror_the_vendors_are_asked():
    """A proxy that leads every name to the test's server, whose certificate is not the vendors': names are seen, nothing is believed."""
    proxy = vendors.Proxy(("127.0.0.1", World.server.server_address[1]))
    try:
        serve()
        env = {"https_proxy": proxy.url}
        for args in (["--for", World.quote], ["--product", "Turin"]):
            refused(run("collateral", "fetch", "--json", *args, "--tls-ca", World.tls_ca, "--cache", "vendors", "--at", World.at, *World.trust, env=env), 40,
                    "FetchUntrusted")
        same(proxy.targets, ["api.trustedservices.intel.com:443", "kdsintf.amd.com:443"], "hosts")
        same(World.server.asked, [], "nothing was asked")
        is_empty("vendors")
    finally:
        proxy.close()


def the_helper_gets_proxies_and_nothing_else():
    write("helper", "#!/usr/bin/python3 -B\nimport json, os, sys\n"
                    "seen = json.dumps([dict(os.environ), sys.argv[1:], sorted(os.listdir('/proc/self/fd'))])\n"
                    "open(%r, 'w').write(seen)\nsys.exit(3)\n" % os.path.abspath("seen.json"))
    os.chmod("helper", 0o755)
    env = {"HTTPS_PROXY": "http://127.0.0.1:9", "no_proxy": "x", "SECRET": "s", "LD_PRELOAD": "", "SSLKEYLOGFILE": "keys.log", "OPENSSL_CONF": "/nowhere"}
    refused(fetch("--fetcher", os.path.abspath("helper"), cache="helper-cache", env=env), 40, "FetchFailed", "ended with 3")
    environment, words, descriptors = json.loads(read("seen.json"))
    same({k for k in environment if k != "LC_CTYPE"}, {"HTTPS_PROXY", "no_proxy"}, "environment")
    same(len(descriptors), 4, f"open files: standard ones, and the listing itself ({descriptors})")
    claim("--url" in words and not any(";" in w for w in words), f"arguments: {words}")
    refused(fetch("--fetcher", "/nowhere/anchorhold-fetch", cache="helper-cache"), 40, "FetchFailed", "not there")
    write("liar", "#!/bin/sh\necho '{\"headers\":[],\"bytes\":0,\"schema\":\"anchorhold.fetch/v1\"}'\n")
    os.chmod("liar", 0o755)
    result = fetch("--fetcher", os.path.abspath("liar"), cache="helper-cache")
    claim(result.code in (2, 30, 40), f"a helper that fetched nothing: exit {result.code}")
    is_empty("helper-cache")


def session_keys_are_never_written():
    serve()
    url = World.server.url + "/IntelSGXRootCA.der"
    result = subprocess.run([FETCH, "--url", url, "--max", "100000", "--ca", World.tls_ca, "-o", "root.crl"], capture_output=True, timeout=30,
                            env={**ENV, "SSLKEYLOGFILE": os.path.abspath("keys.log"), "OPENSSL_CONF": "/nowhere"})
    same(result.returncode, 0, f"exit code {result.stderr}")
    claim(not os.path.exists("keys.log"), "no log of keys")
    same(read("root.crl"), bytes.fromhex(World.tdx["root_ca_crl"]), "the document")
    same(json.loads(result.stdout), {"bytes": len(read("root.crl")), "headers": [], "schema": "anchorhold.fetch/v1"}, "the answer")
    same(stat.S_IMODE(os.stat("root.crl").st_mode), 0o600, "mode")


# -- The helper's own command line --

def the_helper_is_strict():
    for words, name in (
        ([], "UsageError"),
        (["--url", "https://127.0.0.1:1/"], "UsageError"),
        (["--url", "https://127.0.0.1:1/", "--max", "0", "-o", "x"], "InvalidArgument"),
        (["--url", "https://127.0.0.1:1/", "--max", "67108865", "-o", "x"], "InvalidArgument"),
        (["--url", "https://127.0.0.1:1/", "--max", "99999999999999999999999", "-o", "x"], "InvalidArgument"),
        (["--url", "https://127.0.0.1:1/", "--max", "9", "-o", "x", "--timeout", "601"], "InvalidArgument"),
        (["--url", "https://127.0.0.1:1/", "--max", "9", "-o", "-"], "UsageError"),
        (["--url", "https://127.0.0.1:1/", "--max", "9", "-o", "x", "--header-out", "a: b"], "InvalidArgument"),
        (["--url", "https://127.0.0.1:1/", "--max", "9", "-o", "x", "--insecure"], "UsageError"),
    ):
        result = subprocess.run([FETCH, "--json", *words], env=ENV, capture_output=True, timeout=20)
        if words:
            same((result.returncode, json.loads(result.stdout)["error"]["name"]), (2, name), f"{words}")
        else:
            same(result.returncode, 2, "no options")
    help_text = subprocess.run([FETCH, "--help"], env=ENV, capture_output=True, timeout=20)
    claim(help_text.returncode == 0 and b"usage: anchorhold-fetch --url" in help_text.stdout, "help")
    version = subprocess.run([FETCH, "--version"], env=ENV, capture_output=True, timeout=20)
    claim(version.stdout.startswith(b"anchorhold-fetch "), "version")


def a_limit_holds_exactly():
    serve()
    body = b"x" * 1000
    World.server.answers["/exact"] = Answer(body)
    for most, code in ((1000, 0), (999, 30)):
        result = subprocess.run([FETCH, "--json", "--url", World.server.url + "/exact", "--max", str(most), "--ca", World.tls_ca, "-o", "exact"], env=ENV,
                                capture_output=True, timeout=30)
        same(result.returncode, code, f"--max {most}: {result.stdout}")
    same(read("exact"), body, "the refused answer replaced nothing")


# -- The cache --

def two_processes_take_turns():
    serve()
    os.makedirs("turns", exist_ok=True)
    with open("turns/.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = []
        waiting = threading.Thread(target=lambda: done.append(fetch(cache="turns")))
        waiting.start()
        time.sleep(0.4)
        same((done, World.server.asked), ([], []), "it waits")
        fcntl.flock(lock, fcntl.LOCK_UN)
    waiting.join(30)
    admitted(done[0])


def a_damaged_file_is_listed_and_replaced():
    serve()
    path = admitted(fetch(cache="damaged"))[0]["path"]
    write(path, b"{}")
    same(listed("damaged")[0]["error"]["name"], "CollateralMissing", "list says what is wrong")
    write("damaged/tdx-000000000000-platform.json", json.dumps(World.tdx, sort_keys=True, separators=(",", ":")))
    if not World.trust:
        same(listed("damaged")[0]["error"]["name"], "Malformed", "content under another name")
    write("damaged/notes.txt", b"of somebody")
    same(len(listed("damaged")), 2, "strangers' files are not listed")
    admitted(fetch(cache="damaged"))
    claim(any(d["error"] is None for d in listed("damaged")), "it was replaced")
    same(listed("absent-cache"), [], "an absent cache is empty")


def usage_errors_name_what_is_wrong():
    for args, part in (
        ([], "--for FILE"),
        (["--fmspc", "00"], "--ca"),
        (["--fmspc", World.fmspc, "--ca", "both"], "--ca"),
        (["--fmspc", "00", "--ca", "platform"], "12 hex digits"),
        (["--fmspc", World.fmspc, "--ca", "platform", "--product", "Genoa"], "--fmspc stands alone"),
        (["--product", "Rome"], "Milan, Genoa or Turin"),
        (["--product", "Genoa", "--hwid", "00"], "need each other"),
        (["--product", "Genoa", "--hwid", "00", "--tcb", "bl=1,tee=0,snp=1,ucode=1"], "128 hex digits"),
        (["--product", "Genoa", "--hwid", "00" * 64, "--tcb", "bl=1,tee=0,snp=1"], "--tcb"),
        (["--product", "Genoa", "--hwid", "00" * 64, "--tcb", "bl=1,tee=0,snp=1,ucode=256"], "--tcb"),
        (["--product", "Genoa", "--hwid", "00" * 64, "--tcb", "bl=1,bl=1,snp=1,ucode=2"], "--tcb"),
        (["--product", "Turin", "--hwid", "00" * 8, "--tcb", "bl=1,tee=0,snp=1,ucode=2"], "fmc="),
        (["--product", "Genoa", "--ca", "platform"], "--ca needs --fmspc"),
        (["--product", "Genoa", "--kds-url", "https://a?b"], "--kds-url"),
        (["--product", "Genoa", "--simulated-root", "x"], "need each other"),
        (["--for", runner.REAL_NITRO], "nitro"),
    ):
        result = run("collateral", "fetch", "--json", "--cache", "usage", *args)
        claim(result.code in (2, 20), f"{args}: exit {result.code}")
        claim(part in result.json()["error"]["detail"], f"{args}: {result.json()['error']['detail']!r} says {part!r}")
    is_empty("usage")


# -- AMD --

def snp():
    """Simulated evidence of SNP and its files in the scratch folder, once. False when there is no simulated platform."""
    root = sim_root()
    if root and not os.path.exists("Turin.bin"):
        for product in ("Genoa", "Turin"):
            run("sim", "evidence", "--root", root, "--platform", "sev-snp", "--report-data", REPORT_DATA, "--product", product, "--at", SIM_AT, "-o",
                f"{product}.bin")
    return root is not None


def serve_kds(product):
    from cryptography import x509
    vcek = read(f"{product}.bin.vek.der")
    extensions = {e.oid.dotted_string: e.value.value for e in x509.load_der_x509_certificate(vcek).extensions if e.oid.dotted_string.startswith("1.3.6.1.4.1.3704")}
    arc = "1.3.6.1.4.1.3704.1."
    spl = {name: int.from_bytes(extensions[arc + suffix][2:], "big") for name, suffix in
           (("bl", "3.1"), ("tee", "3.2"), ("snp", "3.3"), ("ucode", "3.8"), ("fmc", "3.9")) if arc + suffix in extensions}
    hwid = extensions[arc + "4"].hex()
    fmc = f"fmcSPL={spl['fmc']:02d}&" if product == "Turin" else ""
    path = f"/vcek/v1/{product}/{hwid}?{fmc}blSPL={spl['bl']:02d}&teeSPL={spl['tee']:02d}&snpSPL={spl['snp']:02d}&ucodeSPL={spl['ucode']:02d}"
    World.server.answers = {
        f"/vcek/v1/{product}/cert_chain": Answer(read(f"{product}.bin.chain.pem")),
        f"/vcek/v1/{product}/crl": Answer(read(f"{product}.bin.crl.der")),
        path: Answer(vcek),
    }
    World.server.asked = []
    return path, hwid, spl


def fetch_snp(product, *args, cache):
    root = f"{sim_root()}/ark-{product.lower()}.der"
    return run("collateral", "fetch", "--json", *args, "--kds-url", World.server.url, "--tls-ca", World.tls_ca, "--cache", cache, "--at", SIM_AT,
               "--simulated-root", root, "--allow-simulated")


def snp_documents_are_fetched_verified_and_cached():
    if not snp():
        return skip("built without the simulated platform")
    for product in ("Genoa", "Turin"):
        path, hwid, spl = serve_kds(product)
        documents = admitted(fetch_snp(product, "--for", f"{product}.bin", cache=f"snp-{product}"))
        same([d["kind"] for d in documents], ["sev-snp-chain", "sev-snp-crl", "sev-snp-vcek"], "kinds")
        same(World.server.asked[-1], path, "the VCEK's address")
        files = {d["kind"]: d["path"] for d in documents}
        verdict = run("verify", "--genuine-only", "--json", "--chain", files["sev-snp-chain"], "--crl", files["sev-snp-crl"], "--vek", files["sev-snp-vcek"],
                      "--at", SIM_AT, "--simulated-root", f"{sim_root()}/ark-{product.lower()}.der", "--allow-simulated", f"{product}.bin").json()
        same(verdict["result"], "SIMULATED", "they verify the report")
        tcb = ",".join(f"{k}={v}" for k, v in spl.items())
        again = admitted(fetch_snp(product, "--product", product, "--hwid", hwid.upper(), "--tcb", tcb, cache=f"snp-{product}"))
        same(again, documents, "by options the same")


def snp_documents_of_others_do_not_enter():
    if not snp():
        return skip("built without the simulated platform")
    path, _, _ = serve_kds("Genoa")
    good = dict(World.server.answers)
    turin = {p: read(f"Turin.bin.{p}") for p in ("chain.pem", "crl.der", "vek.der")}
    for what, answer, code, names in (
        ("/vcek/v1/Genoa/cert_chain", Answer(turin["chain.pem"]), 10, ("RootUntrusted",)),
        ("/vcek/v1/Genoa/cert_chain", Answer(good["/vcek/v1/Genoa/cert_chain"].body[:1500]), 30, ("CertificateMalformed",)),
        ("/vcek/v1/Genoa/cert_chain", Answer(b"", 302, [("Location", "/")]), 40, ("FetchRedirected",)),
        ("/vcek/v1/Genoa/crl", Answer(turin["crl.der"]), 40, ("EndorsementMissing",)),
        ("/vcek/v1/Genoa/crl", Answer(good["/vcek/v1/Genoa/crl"].body[:-1] + b"\0"), 10, ("CrlSignatureInvalid",)),
        ("/vcek/v1/Genoa/crl", Answer(os.urandom(300)), 30, ("CrlMalformed",)),
        (path, Answer(turin["vek.der"]), 40, ("EndorsementMissing",)),
        (path, Answer(good[path].body[:-1] + b"\0"), 10, ("CertificateSignatureInvalid",)),
        (path, Answer(b"slow down", 429), 40, ("FetchFailed",)),
    ):
        World.server.answers = {**good, what: answer}
        result = fetch_snp("Genoa", "--for", "Genoa.bin", cache="snp-others")
        same(result.code, code, f"{what}: exit code")
        claim(result.json()["error"]["name"] in names, f"{what}: {result.json()['error']}")
        claim(not any("vcek-" in n and n.endswith(".der") and ".crl." not in n for n in os.listdir("snp-others")), "no VCEK entered")


def snp_files_are_imported_in_any_order():
    if not snp():
        return skip("built without the simulated platform")
    trust = ["--at", SIM_AT, "--simulated-root", f"{sim_root()}/ark-genoa.der", "--allow-simulated"]
    files = ["Genoa.bin.vek.der", "Genoa.bin.crl.der", "Genoa.bin.chain.pem"]
    same(len(admitted(run("collateral", "import", "--json", "--cache", "import", *trust, *files))), 3, "documents")
    refused(run("collateral", "import", "--json", "--cache", "import-alone", *trust, files[0]), 40, "EndorsementMissing")
    refused(run("collateral", "import", "--json", "--cache", "import-alone", "--at", SIM_AT, files[2]), 10, "RootUntrusted")
    is_empty("import-alone")
    listed_ones = admitted(run("collateral", "list", "--json", "--cache", "import", *trust))
    same([d["error"] for d in listed_ones], [None] * 3, "all current")


CASES = [
    tdx_collateral_is_fetched_verified_and_cached, what_was_fetched_verifies_a_quote, evidence_says_what_is_needed, the_same_again_is_no_rollback,
    stale_collateral_does_not_enter, collateral_of_the_future_does_not_enter, collateral_of_another_fmspc_does_not_enter,
    the_crl_of_the_other_ca_does_not_enter, changed_documents_do_not_enter, garbage_does_not_enter, incomplete_answers_are_unobtainable,
    oversize_answers_end_while_they_stream, redirects_are_refused_and_not_followed, slow_servers_meet_the_time_limit, strangers_certificates_are_refused,
    only_https_is_fetched, older_collateral_never_replaces_newer, the_state_outlives_the_cache, a_state_that_cannot_be_used_is_exit_50,
    without_a_time_the_default_state_is_used, only_the_operators_mirror_is_contacted, without_a_mirror_the_vendors_are_asked,
    the_helper_gets_proxies_and_nothing_else, session_keys_are_never_written, the_helper_is_strict, a_limit_holds_exactly, two_processes_take_turns,
    a_damaged_file_is_listed_and_replaced, usage_errors_name_what_is_wrong, snp_documents_are_fetched_verified_and_cached,
    snp_documents_of_others_do_not_enter, snp_files_are_imported_in_any_order,
]


def guarded(case):
    """The world is made by the first case, in the scratch folder; without one every case is a plain skip."""
    def wrapped():
        if World.server is None and not hasattr(World, "reason"):
            World.reason = make_world()
        if World.reason:
            return skip(World.reason)
        return case()
    wrapped.__name__ = case.__name__
    return wrapped


runner.main("test_collateral", [guarded(c) for c in CASES])
