#!/usr/bin/python3 -B
"""`anchorhold conformance`, driven as an outside suite would drive it.

Goal: one case in, one outcome out, with the exit codes of docs/protocol/conformance.md, and nothing but the case decides. Method: a table of cases over simulated
evidence of each platform, each made by this file."""
import base64
import json
import os
import subprocess

import runner
from runner import ANCHORHOLD, REAL_NITRO, REAL_NITRO_AT, ROOT, claim, read, run, same, skip

AT = "2026-06-01T12:00:00Z"
LATER = "2046-06-01T12:00:00Z"
REPORT_DATA = "%0128x" % 0xdef
NONCE = b"sixteen bytes are".hex()
ROOTS = {"nitro": "nitro-root.der", "sev-snp": "ark-genoa.der", "tdx": "tdx-root.der"}
FILES = {
    "nitro": [],
    "sev-snp": ["--vek", "sev-snp.bin.vek.der", "--chain", "sev-snp.bin.chain.pem", "--crl", "sev-snp.bin.crl.der"],
    "tdx": ["--collateral", "tdx.bin.collateral.json", "--event-log", "tdx.bin.event-log.json"],
}
has_sim = None


def b64(data):
    return base64.b64encode(data).decode()


def sim():
    global has_sim
    if has_sim is None:
        has_sim = "sim init" in run("--help").text
        if has_sim:
            same(run("sim", "init", "root").code, 0, "sim init")
            for platform in ROOTS:
                extra = ["--nonce", base64.urlsafe_b64encode(bytes.fromhex(NONCE)).decode().rstrip("=")] if platform == "nitro" else []
                same(run("sim", "evidence", "--root", "root", "--platform", platform, "--report-data", REPORT_DATA, *extra, "--at", AT, "-o",
                         f"{platform}.bin").code, 0, "sim evidence")
                same(run("policy", "init", "--from", f"{platform}.bin", *FILES[platform], "--simulated-root", f"root/{ROOTS[platform]}", "--allow-simulated",
                         "--at", AT, "-o", f"{platform}.json").code, 0, "policy init")
    if not has_sim:
        skip("built without the simulated platform")
    return has_sim


def pem_certificates(path):
    found = read(path).decode().split("-----BEGIN CERTIFICATE-----")[1:]
    return [c.split("-----END")[0].replace("\n", "") for c in found]


def endorsements(platform):
    value = {"vek_b64": None, "chain_b64": [], "cert_table_b64": None, "collateral_b64": None, "crls_b64": []}
    if platform == "sev-snp":
        value.update(vek_b64=b64(read("sev-snp.bin.vek.der")), chain_b64=pem_certificates("sev-snp.bin.chain.pem"), crls_b64=[b64(read("sev-snp.bin.crl.der"))])
    if platform == "tdx":
        value.update(collateral_b64=b64(read("tdx.bin.collateral.json")))
    return value


def case(platform, /, **changes):
    """A case that is accepted, with members replaced; None leaves one out."""
    value = {
        "schema": "anchorhold.case/v1",
        "evidence_b64": b64(read(f"{platform}.bin")),
        "endorsements": endorsements(platform),
        "policy": json.loads(read(f"{platform}.json")),
        "expected": {"fields": ["report_data"], "report_data": REPORT_DATA},
        "time": AT,
        "simulated_root_b64": b64(read(f"root/{ROOTS[platform]}")),
        "allow_simulated": True,
    }
    if platform == "tdx":
        value["event_log_b64"] = b64(read("tdx.bin.event-log.json"))
    value.update(changes)
    return {k: v for k, v in value.items() if v is not None}


def conform(question):
    text = question if isinstance(question, bytes) else json.dumps(question).encode()
    result = run("conformance", stdin=text, env={"PATH": "/usr/bin"})
    same(result.err, b"", "standard error")
    outcome = result.json()
    same(sorted(outcome), ["accepted", "error", "exit_code", "result", "schema", "verdict"], "members of an outcome")
    same((outcome["schema"], outcome["exit_code"]), ("anchorhold.outcome/v1", result.code), "schema and exit code")
    same(outcome["accepted"], result.code == 0, "accepted")
    same(outcome["accepted"], outcome["error"] is None, "an error is there unless it was accepted")
    if outcome["verdict"] is not None:
        same((outcome["verdict"]["result"], outcome["verdict"]["accepted"]), (outcome["result"], outcome["accepted"]), "the verdict says the same")
    return result.code, outcome


def expect(name, question, code, result, error):
    got_code, outcome = conform(question)
    same((got_code, outcome["result"], outcome["error"] and outcome["error"]["name"]), (code, result, error), name)
    return outcome


def flipped(text, at):
    data = bytearray(base64.b64decode(text))
    data[at] ^= 1
    return b64(bytes(data))


def with_policy(platform, change):
    policy = json.loads(read(f"{platform}.json"))
    change(policy["platforms"][platform], policy)
    return policy


def other_measurement(section, policy):
    release = section["releases"][0]
    if "pcrs" in release:
        release["pcrs"]["0"] = "11" * 48
    else:
        release["measurement" if "measurement" in release else "mrtd"] = "11" * 48


def accepted_cases():
    if not sim():
        return
    for platform in ROOTS:
        outcome = expect(platform, case(platform), 0, "SIMULATED", None)
        direct = run("verify", "--json", "--policy", f"{platform}.json", "--report-data", REPORT_DATA, "--at", AT, "--simulated-root", f"root/{ROOTS[platform]}",
                     "--allow-simulated", *FILES[platform], f"{platform}.bin")
        same(outcome["verdict"], direct.json(), f"{platform}: the verdict is that of verify")
        expect(f"{platform}, genuine-only", case(platform, policy=None, expected=None, genuine_only=True), 0, "SIMULATED", None)
        expect(f"{platform}, named", case(platform, platform=platform), 0, "SIMULATED", None)
        expect(f"{platform}, first use of a pin", case(platform, pin="first-use"), 0, "SIMULATED", None)
        expect(f"{platform}, empty state", case(platform, state={"numbers": [], "bundles": []}), 0, "SIMULATED", None)
    expect("nonce and report data", case("nitro", expected={"fields": ["nonce", "report_data"], "nonce": NONCE, "report_data": REPORT_DATA}), 0, "SIMULATED", None)
    real = {"schema": "anchorhold.case/v1", "evidence_b64": b64(read(REAL_NITRO)), "time": REAL_NITRO_AT, "genuine_only": True}
    expect("a real document", real, 0, "GENUINE", None)


def rejected_cases():
    if not sim():
        return
    for platform in ROOTS:
        expect("another measurement", case(platform, policy=with_policy(platform, other_measurement)), 10, "FAIL", "MeasurementNotAllowed")
        expect("other report data", case(platform, expected={"fields": ["report_data"], "report_data": "00" * 64}), 10, "FAIL", "ReportDataMismatch")
        expect("no binding", case(platform, expected={"fields": ["no_binding"]}), 10, "UNBOUND", "Unbound")
        expect("simulated, not allowed", case(platform, allow_simulated=None, simulated_root_b64=None), 10, "FAIL", "SimulatedNotAllowed")
        expect("a root that nobody listed", case(platform, policy=with_policy(platform, lambda s, p: p.update(simulated_roots=[])), simulated_root_b64=None), 10,
               "FAIL", "RootUntrusted")
        expect("a policy that is over", case(platform, policy=with_policy(platform, lambda s, p: p.update(valid_until="2026-06-01T11:59:59Z", valid_from=
               "2026-05-01T00:00:00Z", issued_at="2026-05-01T00:00:00Z"))), 10, "FAIL", "BundleExpired")
        code, outcome = conform(case(platform, time=LATER))
        same((code, outcome["result"]), (10, "FAIL"), "twenty years later")
        claim("Expired" in outcome["error"]["name"], f"what expired is named: {outcome['error']}")
    expect("a flipped bit in a report", case("sev-snp", evidence_b64=flipped(case("sev-snp")["evidence_b64"], 0x90)), 10, "FAIL", "SignatureInvalid")
    expect("no endorsements", case("sev-snp", endorsements=None), 10, "FAIL", "EndorsementMissing")
    expect("no CRL", case("sev-snp", endorsements={**endorsements("sev-snp"), "crls_b64": []}), 10, "FAIL", "RevocationUnavailable")
    expect("no collateral", case("tdx", endorsements=None), 10, "FAIL", "CollateralMissing")
    other_log = read("tdx.bin.event-log.json").replace(b'"imr":0', b'"imr":1', 1)
    code, outcome = conform(case("tdx", event_log_b64=b64(other_log)))
    claim((code, outcome["result"]) in [(10, "FAIL"), (30, "MALFORMED")], "an event log that does not replay")
    state = {"numbers": [], "bundles": []}
    accepted = run("verify", "--policy", "tdx.json", "--report-data", REPORT_DATA, "--at", AT, "--simulated-root", "root/tdx-root.der", "--allow-simulated",
                   *FILES["tdx"], "--state", "state.json", "tdx.bin")
    same(accepted.code, 0, "a state is made")
    for key, number in json.loads(read("state.json"))["numbers"]["tdx-tcb-info"].items():
        state["numbers"].append({"kind": "tdx-tcb-info", "key": key, "number": number + 1})
    expect("older than remembered", case("tdx", state=state), 10, "FAIL", "CollateralRollback")
    pin = {"schema": "anchorhold.pin/v1", "platform": "sev-snp", "measurements": {"measurement": "22" * 48, "id_key_digest": None}, "release_root": None,
           "root_sha256": "33" * 32, "service_key": None, "tls_spki_sha256": None, "workload_identity_tag": None}
    expect("another pin", case("sev-snp", pin=pin), 10, "FAIL", "PinMismatch")


def carriers_and_bundles():
    """What comes in an envelope or event, and what is judged against a trust bundle: one accepted and one rejected case each."""
    if not sim():
        return
    spki = "%064x" % 9
    same(run("sim", "envelope", "--root", "root", "--platform", "nitro", "--workload", "unnamed", "--purpose", "tls", "--role", "server", "--spki", spki, "--at", AT,
             "-o", "envelope.json").code, 0, "sim envelope")
    channel = {"fields": ["channel"], "purpose": "tls", "role": "server", "spki_sha256": spki}
    envelope = case("nitro", evidence_b64=b64(read("envelope.json")), expected=channel, endorsements=None)
    outcome = expect("an envelope", envelope, 0, "SIMULATED", None)
    same(outcome["verdict"]["carrier"]["kind"], "envelope", "carrier")
    expect("another TLS key", {**envelope, "expected": {**channel, "spki_sha256": "00" * 32}}, 10, "FAIL", "SPKIMismatch")
    expect("another purpose", {**envelope, "expected": {"fields": ["channel"], "purpose": "oak", "role": "server"}}, 10, "FAIL", "PurposeMismatch")
    expect("no channel", {**envelope, "expected": None}, 30, None, "BindingRequired")
    broken = json.dumps({**json.loads(read("envelope.json")), "surprise": 1}).encode()
    expect("an unknown member", {**envelope, "evidence_b64": b64(broken)}, 30, "MALFORMED", "EnvelopeMalformed")

    same(run("sim", "event", "--root", "root", "--at", AT, "-o", "event.json").code, 0, "sim event")
    same(run("policy", "init", "--from", "event.json", "--simulated-root", "root/nitro-root.der", "--allow-simulated", "--at", AT, "-o", "event-policy.json").code, 0,
         "policy init")
    event = case("nitro", evidence_b64=b64(read("event.json")), policy=json.loads(read("event-policy.json")), expected=None, endorsements=None)
    expect("an instance event", event, 0, "SIMULATED", None)
    altered = json.loads(read("event.json"))
    altered["created_at"] += 1
    expect("an altered event", {**event, "evidence_b64": b64(json.dumps(altered).encode())}, 10, "FAIL", "EventIdMismatch")

    same(run("bundle", "keygen", "-o", "release.key").code, 0, "keygen")
    same(run("bundle", "sign", "--key", "release.key", "--at", AT, "-o", "bundle.jws", "sev-snp.json").code, 0, "sign")
    root = base64.b64decode("".join(read("release.pub").decode().splitlines()[1:-1]))[-32:].hex()
    trust = {"bundle": read("bundle.jws").decode(), "release_roots": [root], "workload": "unnamed"}
    bundled = case("sev-snp", policy=None, trust=trust)
    expect("a trust bundle", bundled, 0, "SIMULATED", None)
    expect("another root", {**bundled, "trust": {**trust, "release_roots": ["ab" * 32]}}, 10, "FAIL", "BundleSignatureInvalid")
    expect("another workload", {**bundled, "trust": {**trust, "workload": "other"}}, 10, "FAIL", "WorkloadMismatch")
    newer = {"bundles": [{"root": root, "version": 1000, "sha256": "00" * 32}], "numbers": []}
    expect("a rollback", {**bundled, "state": newer}, 10, "FAIL", "BundleRollback")
    expect("no bundle", {**bundled, "trust": {**trust, "bundle": "a.b"}}, 30, None, "BundleMalformed")
    expect("too many roots", {**bundled, "trust": {**trust, "release_roots": [root] * 9}}, 30, None, "CaseMalformed")


def unsupported_cases():
    small = {"schema": "anchorhold.case/v1", "evidence_b64": b64(b"no evidence"), "time": AT, "genuine_only": True}
    expect("bytes of nobody", small, 20, "UNSUPPORTED", "UnsupportedFormat")


def malformed_cases():
    small = {"schema": "anchorhold.case/v1", "evidence_b64": "", "time": AT, "genuine_only": True}
    expect("no bytes for a platform", {**small, "platform": "sev-snp"}, 30, "MALFORMED", "Truncated")
    expect("half a document", {**small, "platform": "nitro", "evidence_b64": b64(read(REAL_NITRO)[:2000])}, 30, "MALFORMED", "Truncated")
    for name, text in [("nothing", b""), ("no JSON", b"{"), ("no object", b"[]"), ("two objects", b"{}{}"), ("twice", b'{"time":1,"time":1}'), ("not UTF-8", b'{"\xff":1}'),
                       ("larger than any", b" " * (8 * 1024 * 1024 + 1)), ("empty", b"{}")]:
        expect(name, text, 30, None, "CaseMalformed" if name != "larger than any" else "CaseMalformed")
    for name, change in [("another schema", {"schema": "anchorhold.case/v2"}), ("unknown member", {"extra": 1}), ("a verdict", {"verdict": {}}), ("no time", {"time": None}),
                         ("a bad time", {"time": "2026-02-30T00:00:00Z"}), ("bad base64", {"evidence_b64": "A"}), ("two questions", {"policy": None, "trust": {}}),
                         ("no question", {"genuine_only": False}), ("unknown platform", {"platform": "sgx"}), ("unknown field", {"expected": {"fields": ["x"]}})]:
        question = {k: v for k, v in {**small, **change}.items() if v is not None or k in ("policy",)}
        expect(name, question, 30, None, "CaseMalformed")
    expect("a genuine-only question with a binding", {**small, "expected": {"fields": ["nonce"], "nonce": "00"}}, 30, None, "InvalidArgument")
    expect("a pin that is none", {**small, "pin": {}}, 30, None, "PinInvalid")
    if sim():
        expect("no binding said", case("sev-snp", expected=None), 30, None, "BindingRequired")
        expect("a policy that is none", case("sev-snp", policy={}), 30, None, "PolicyMissingMember")
        expect("a field of another platform", case("sev-snp", expected={"fields": ["nonce"], "nonce": "00"}), 30, None, "InvalidArgument")


def input_that_cannot_be_read_says_nothing_about_a_case():
    folder = os.open("/", os.O_RDONLY)
    unreadable = [run("conformance", stdin_file=folder), run("conformance", stdin_file=subprocess.DEVNULL, env={"PATH": "/usr/bin"})]
    os.close(folder)
    closed = subprocess.run(["sh", "-c", '"$0" conformance <&-', ANCHORHOLD], capture_output=True, check=False)
    for name, code, out, part in [("a folder", unreadable[0].code, unreadable[0].out, "is a folder"), ("closed", closed.returncode, closed.stdout, "is not open")]:
        outcome = json.loads(out)
        same((code, outcome["exit_code"], outcome["error"]["name"], outcome["verdict"]), (1, 1, "InputOutputError", None), name)
        claim(part in outcome["error"]["detail"], outcome["error"]["detail"])
    same((unreadable[1].code, unreadable[1].json()["error"]["name"]), (30, "CaseMalformed"), "an empty device is an empty case")
    for usage in (["--unknown"], ["case.json"]):
        result = run("conformance", *usage)
        same((result.code, result.out), (2, b""), "wrong usage has no outcome")


def capabilities_are_told():
    value = run("conformance", "--capabilities", stdin=b"not read").json()
    same(value["schema"], "anchorhold.capabilities/v1", "schema")
    same(value["platforms"], ["nitro", "sev-snp", "tdx"], "platforms")
    same(value["carriers"], ["evidence", "envelope", "tresor-envelope", "instance-event"], "carriers")
    explained = run("explain", "--json").json()
    same(value["checks"], [c["id"] for c in explained["checks"]], "checks")
    same(value["errors"], [e["name"] for e in explained["errors"]], "errors")


def nothing_but_the_case_decides():
    if not sim():
        return
    os.makedirs("home/xdg", exist_ok=True)
    text = json.dumps(case("tdx")).encode()
    first = run("conformance", stdin=text, cwd="home", env={"HOME": os.path.abspath("home"), "XDG_STATE_HOME": os.path.abspath("home/xdg")})
    same((first.code, os.listdir("home"), os.listdir("home/xdg")), (0, ["xdg"], []), "no file is made")
    same(run("conformance", stdin=text, env={"TZ": "Asia/Tokyo", "LC_ALL": "tr_TR.UTF-8"}).out, first.out, "the same case, the same bytes")


runner.main("test_conformance", [
    accepted_cases,
    rejected_cases,
    carriers_and_bundles,
    unsupported_cases,
    malformed_cases,
    input_that_cannot_be_read_says_nothing_about_a_case,
    capabilities_are_told,
    nothing_but_the_case_decides,
])
