#!/usr/bin/python3 -B
"""Saved bundles and pins as their users meet them.

Goal: what `verify --save` writes is judged again by `--replay` to the same bytes, at any later time, and what was altered is refused; a pin refuses another
code or another key. Method: run the program, compare its JSON byte for byte, change files."""
import base64
import fcntl
import json
import os
import shutil
import stat
import subprocess

import runner
from runner import ANCHORHOLD, PLAIN_ENV, REAL_NITRO, REAL_NITRO_AT, claim, read, run, same, skip, write

GENUINE = ["verify", "--genuine-only", "--at", REAL_NITRO_AT]
SIM_AT = "2026-06-01T12:00:00Z"
REPORT_DATA = "%0128x" % 0xabc
NITRO_ROOT = ["--simulated-root", "root/nitro-root.der", "--allow-simulated"]
SNP_ROOT = ["--simulated-root", "root/ark-genoa.der", "--allow-simulated"]
TDX_ROOT = ["--simulated-root", "root/tdx-root.der", "--allow-simulated"]
SNP_FILES = ["--vek", "snp.bin.vek.der", "--chain", "snp.bin.chain.pem", "--crl", "snp.bin.crl.der"]
TDX_FILES = ["--collateral", "tdx.bin.collateral.json", "--event-log", "tdx.bin.event-log.json"]
QUESTIONS = {
    "nitro": ["nitro.bin", *NITRO_ROOT],
    "sev-snp": ["snp.bin", *SNP_FILES, *SNP_ROOT],
    "tdx": ["tdx.bin", *TDX_FILES, *TDX_ROOT],
}
has_sim = None


def sim():
    """Simulated evidence of each platform with a policy that allows it, made once."""
    global has_sim
    if has_sim is None:
        has_sim = "sim init" in run("--help").text
        if has_sim:
            same(run("sim", "init", "root").code, 0, "sim init")
            for platform, (file, *files) in QUESTIONS.items():
                same(run("sim", "evidence", "--root", "root", "--platform", platform, "--report-data", REPORT_DATA, "--at", SIM_AT, "-o", file).code, 0, "sim")
                same(run("policy", "init", "--from", file, *files, "--at", SIM_AT, "-o", f"{platform}.json").code, 0, f"policy init {platform}")
    if not has_sim:
        skip("built without the simulated platform")
    return has_sim


def policy(platform, *more):
    return ["verify", "--policy", f"{platform}.json", "--at", SIM_AT, *QUESTIONS[platform], *more]


def replays(saved, code, out):
    """The replay prints the bytes that were printed when it was saved."""
    again = run("verify", "--replay", "--json", saved)
    same(again.code, code, f"exit code of the replay of {saved}")
    claim(again.out == out, f"the replay of {saved} prints the same bytes")


def fails(result, code, name, part=""):
    same(result.code, code, "exit code")
    same(result.out, b"", "standard output")
    claim(name in result.errors and part in result.errors, f"{name}, {part!r}: {result.errors!r}")


# -- saving and judging again --

def a_real_document_is_replayed_byte_for_byte():
    first = run(*GENUINE, "--json", "--save", "genuine.json", REAL_NITRO)
    same(first.code, 0, "exit code")
    same(first.json()["policy_source"], "none", "policy_source")
    same(stat.S_IMODE(os.stat("genuine.json").st_mode), 0o600, "mode of the file")
    replays("genuine.json", 0, first.out)
    saved = json.loads(read("genuine.json"))
    same(saved["schema"], "anchorhold.saved/v1", "schema")
    same(base64.b64decode(saved["evidence_b64"]), read(REAL_NITRO), "evidence")
    canonical = json.dumps(saved, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    same(read("genuine.json"), canonical, "the file is canonical")
    claim(json.dumps(saved["verdict"], sort_keys=True, separators=(",", ":")).encode() + b"\n" == first.out, "the verdict is the one that was printed")
    text = run("verify", "--replay", "genuine.json")
    claim(text.text.startswith("GENUINE  genuine.json") and "\nreplayed: " in text.text, "text says what it is")
    same(run("verify", "--replay", "--json", "-", stdin=read("genuine.json")).out, first.out, "from standard input")


def refusals_are_saved_too():
    write("unknown", b"\1\2\3")
    for options, code in [(["--at", "2026-01-01T00:00:00Z", REAL_NITRO], 10), (["--at", REAL_NITRO_AT, "unknown"], 20),
                          (["--at", REAL_NITRO_AT, "--platform", "nitro", "unknown"], 30), (["--at", REAL_NITRO_AT, "--platform", "tdx", "unknown"], 30)]:
        first = run("verify", "--genuine-only", "--json", "--save", "refused.json", *options)
        same(first.code, code, "exit code")
        replays("refused.json", code, first.out)


def every_platform_is_replayed_with_its_policy():
    if not sim():
        return
    for platform in QUESTIONS:
        for more, code in [(["--report-data", REPORT_DATA], 0), (["--report-data", "00" * 64], 10), (["--no-binding"], 10)]:
            first = run(*policy(platform, *more), "--json", "--save", "policy.saved")
            same(first.code, code, f"{platform} {more}")
            same(first.json()["policy_source"], "file", "policy_source")
            replays("policy.saved", code, first.out)
    first = run("verify", "--genuine-only", "--json", "--at", SIM_AT, "--save", "missing.saved", "snp.bin", *SNP_ROOT)
    same(first.code, 40, "without endorsements")
    replays("missing.saved", 40, first.out)


CLOCK = r"""
#include <stdlib.h>
#include <time.h>
int clock_gettime(clockid_t id, struct timespec *t) { (void)id; t->tv_sec = atoll(getenv("FAKE_NOW")); t->tv_nsec = 0; return 0; }
time_t time(time_t *t) { time_t now = atoll(getenv("FAKE_NOW")); if (t) *t = now; return now; }
"""


def years_later_the_bytes_are_the_same():
    """The time is that of the file: the clock may say what it wants. The clock is a library of our own that is loaded before the C library."""
    first = run(*GENUINE, "--json", "--save", "years.json", REAL_NITRO)
    compiler = shutil.which("cc")
    write("clock.c", CLOCK)
    if compiler is None or subprocess.run([compiler, "-shared", "-fPIC", "-o", "clock.so", "clock.c"], capture_output=True).returncode != 0:
        skip("no C compiler to make a clock with")
        return
    env = {**PLAIN_ENV, "LD_PRELOAD": os.path.abspath("clock.so"), "FAKE_NOW": "0"}
    if run("--version", env=env).code != 0:
        skip("the program does not start with a library loaded before it (a build with sanitizers)")
        return
    same(run("verify", "--genuine-only", "--json", REAL_NITRO, env={**env, "FAKE_NOW": "1900000000"}).json()["verified_at"], "2030-03-17T17:46:40Z",
         "the clock is the false one")
    for when in ("0", "1774872970", "4102444800", "253402300799"):
        again = run("verify", "--replay", "--json", "years.json", env={**env, "FAKE_NOW": when})
        same((again.code, again.out == first.out), (0, True), f"at {when}")


def what_was_altered_is_refused():
    run(*GENUINE, "--save", "whole.json", REAL_NITRO)
    text = read("whole.json")
    for old, new, code, name in [
        (b'"result":"GENUINE"', b'"result":"PASS"', 10, "ReplayMismatch"),
        (b'"time":"2025-04-01T14:16:10Z"', b'"time":"2025-04-01T14:16:11Z"', 10, "ReplayMismatch"),
        (b'"time":"2025-04-01T14:16:10Z"', b'"time":"2026-04-01T14:16:10Z"', 10, "ReplayMismatch"),
        (b'"allow_debug":false', b'"allow_debug":0', 30, "SavedBundleMalformed"),
        (b'"allow_debug":false', b'"allow_debug":false,"note":1', 30, "SavedBundleMalformed"),
        (b'"genuine_only":true', b'"genuine_only":false', 30, "SavedBundleMalformed"),
        (b'anchorhold.saved/v1', b'anchorhold.saved/v9', 30, "SavedBundleMalformed"),
        (b'"verdict":{', b'"verdict":{{', 30, "SavedBundleMalformed"),
        (b'"pin":null', b'"pin":{}', 50, "PinInvalid"),
        (b'"policy":null,"schema"', b'"policy":{},"schema"', 50, "PolicyMissingMember"),
    ]:
        claim(text.count(old) == 1, f"{old!r} is there once")
        result = run("verify", "--replay", write("altered.json", text.replace(old, new)))
        fails(result, code, name)
        value = run("verify", "--replay", "--json", "altered.json").json()
        same((value["schema"], value["error"]["name"], value["exit_code"]), ("anchorhold.error/v1", name, code), f"{new!r} with --json")
    fails(run("verify", "--replay", REAL_NITRO), 30, "SavedBundleMalformed")
    fails(run("verify", "--replay", write("cut.json", text[:5000])), 30, "SavedBundleMalformed")
    fails(run("verify", "--replay", write("big.json", b" " * (8 * 1024 * 1024 + 1))), 30, "TooLarge")


def a_replay_takes_everything_from_the_file():
    run(*GENUINE, "--save", "all.json", REAL_NITRO)
    for option in (["--policy", "p"], ["--bundle", "b"], ["--genuine-only"], ["--at", "1"], ["--report-data", "00"], ["--no-binding"], ["--pin", "p"],
                   ["--save", "s"], ["--vek", "v"], ["--allow-simulated"], ["--allow-debug"], ["--platform", "nitro"], ["--workload", "w"]):
        fails(run("verify", "--replay", *option, "all.json"), 2, "UsageError", f"{option[0]} contradicts --replay")


def without_replay_a_saved_bundle_is_evidence_alone():
    if not sim():
        return
    for platform in QUESTIONS:
        direct = run(*policy(platform, "--report-data", REPORT_DATA), "--json", "--save", "as.saved")
        roots = QUESTIONS[platform][-3:]
        ask = ["verify", "--json", "--policy", f"{platform}.json", "--report-data", REPORT_DATA, "as.saved"]
        same(run(*ask, "--at", SIM_AT, *roots).out, direct.out, f"{platform}: evidence, endorsements and event log come from the file")
        # What decides is the caller's: permission, time, expected values.
        same(run(*ask, "--at", SIM_AT).json()["error"]["name"], "SimulatedNotAllowed", "the permission in the file does not count")
        same(run(*ask, "--at", "2030-01-01T00:00:00Z", *roots).code, 10, "the time in the file does not count")
        same(run("verify", "--policy", f"{platform}.json", "--at", SIM_AT, *roots, "as.saved").code, 2, "the expected values in the file do not count")
        claim("BindingRequired" in run("verify", "--policy", f"{platform}.json", "--at", SIM_AT, *roots, "as.saved").errors, "BindingRequired")


def a_broken_saved_bundle_is_named_as_one():
    run(*GENUINE, "--save", "broken.json", REAL_NITRO)
    write("broken.json", read("broken.json")[:-1])
    fails(run(*GENUINE, "broken.json"), 30, "SavedBundleMalformed")


def where_a_bundle_cannot_be_written_nothing_is_said():
    fails(run(*GENUINE, "--save", "absent/x.json", REAL_NITRO), 2, "FileUnreadable")
    fails(run(*GENUINE, "--save", "-", REAL_NITRO), 2, "InvalidArgument", "--save")
    os.mkdir("folder")
    fails(run(*GENUINE, "--save", "folder", REAL_NITRO), 2, "FileUnreadable")
    for place, part in [("absent/x.json", "No such file"), ("folder", "Is a directory"), (REAL_NITRO + "/x", "Not a directory")]:
        fails(run(*GENUINE, "--pin", "unsaved.pin", "--state", "unsaved.state", "--save", place, REAL_NITRO), 2, "FileUnreadable", part)
    claim(not [n for n in os.listdir(".") if n.startswith("unsaved")], "nothing else was written by then")


def an_edit_that_flips_no_row_replays():
    """As docs/protocol/saved.md says: a replay is no signature."""
    if not sim():
        return
    first = run(*policy("sev-snp", "--report-data", REPORT_DATA), "--json", "--save", "edited.saved")
    saved = json.loads(read("edited.saved"))
    saved["allow_debug"] = True
    releases = saved["policy"]["platforms"]["sev-snp"]["releases"]
    releases.append({**releases[0], "release": "another", "measurement": "77" * 48})
    write("edited.saved", json.dumps(saved, sort_keys=True, separators=(",", ":")))
    replays("edited.saved", 0, first.out)


# -- files of one run that are the same file --

def an_output_is_no_other_file_of_the_run():
    text = read(REAL_NITRO)
    write("evidence.cose", text)
    write("other.cose", text)
    os.link("other.cose", "hard.cose")
    os.symlink("evidence.cose", "soft.cose")
    os.mkdir("deep")
    os.symlink("../", "deep/up")
    for options, part in [(["--pin", "same", "--state", "same", "evidence.cose"], "--pin and --state"),
                          (["--pin", "same", "--state", "deep/up/same", "evidence.cose"], "--pin and --state"),
                          (["--save", "same", "--pin", "./same", "evidence.cose"], "--save and --pin"),
                          (["--save", "deep/../same", "--state", os.path.abspath("same"), "evidence.cose"], "--save and --state"),
                          *((["--" + output, name, "evidence.cose"], f"--{output} would replace") for output in ("save", "pin", "state")
                            for name in ("evidence.cose", "./evidence.cose", "soft.cose", "deep/up/evidence.cose")),
                          (["--save", "hard.cose", "other.cose"], "--save would replace"),
                          (["--save", "other.cose", "--crl", "other.cose", "evidence.cose"], "--save and --crl"),
                          (["--state", "other.cose", "--simulated-root", "other.cose", "--allow-simulated", "evidence.cose"], "--state and --simulated-root")]:
        result = run(*GENUINE, *options)
        fails(result, 2, "InvalidArgument", part)
        claim(result.seconds < 5, "at once")
    for option, more in [("--policy", ["--report-data", "00"]), ("--bundle", ["--release-root", "root.pub", "--workload", "w", "--no-binding"])]:
        fails(run("verify", option, "other.cose", *more, "--at", REAL_NITRO_AT, "--save", "other.cose", REAL_NITRO), 2, "InvalidArgument", f"--save and {option}")
    with open("other.cose", "rb") as f:
        fails(run(*GENUINE, "--save", "other.cose", "-", stdin_file=f), 2, "InvalidArgument", "--save would replace")
    fails(run("policy", "init", "--from", "evidence.cose", "--at", REAL_NITRO_AT, "-o", "soft.cose"), 2, "InvalidArgument", "--output and --from")
    run(*GENUINE, "--save", "self.json", REAL_NITRO)
    fails(run("verify", "--replay", "--state", "self.json", "self.json"), 2, "InvalidArgument", "--state would replace")
    env = {**PLAIN_ENV, "XDG_STATE_HOME": os.path.abspath("state-home")}
    os.makedirs("state-home/anchorhold")
    for option in ("--save", "--pin"):
        fails(run(*GENUINE, option, "state-home/anchorhold/state.json", REAL_NITRO, env=env), 2, "InvalidArgument", f"{option} is the state file")
    same((read("evidence.cose"), read("other.cose"), os.path.exists("same"), os.path.exists("same.lock")), (text, text, False, False), "nothing was touched")
    same(run(*GENUINE, "--pin", "p", "--state", "s", "--save", "v", "evidence.cose").code, 0, "three files are three files")
    same(run(*GENUINE, "--pin", "p", "--state", "s", "--save", "v", "evidence.cose").code, 0, "and again, when they are there")


def however_early_a_verdict_ends_every_row_is_there():
    if not sim():
        return
    same(run("bundle", "keygen", "-o", "rows.key").code, 0, "keygen")
    for platform in QUESTIONS:
        same(run("bundle", "sign", "--key", "rows.key", "--at", SIM_AT, "-o", "rows.jws", f"{platform}.json").code, 0, "sign")
        ask = ["verify", "--bundle", "rows.jws", "--release-root", "rows.pub", "--report-data", REPORT_DATA, "--at", SIM_AT, *QUESTIONS[platform]]
        whole = run(*ask, "--workload", "unnamed", "--json").json()
        early = run(*ask, "--workload", "other", "--json").json()
        same((whole["result"], early["error"]["name"]), ("SIMULATED", "WorkloadMismatch"), platform)
        same([r["id"] for r in early["rows"]], [r["id"] for r in whole["rows"]], f"{platform}: the same rows")
        claim(all(r.get("reason") == "not reached" for r in early["rows"] if not r["id"].startswith("bundle.")), f"{platform}: not reached")
        text = run(*ask, "--workload", "other").text
        claim(max(map(len, text.splitlines())) < 200 and " checks              not reached\n" in text, f"{platform}: their number is enough for people: {text}")
        broken = run("verify", "--genuine-only", "--json", "--platform", platform, write("broken.bin", b"\0")).json()
        same(sorted({r["reason"] for r in broken["rows"]}), ["not reached"], f"{platform}: bytes that end at once")


# -- state --

def what_was_remembered_is_part_of_the_question():
    if not sim():
        return
    env = {**PLAIN_ENV, "XDG_STATE_HOME": os.path.abspath("xdg")}
    first = run(*policy("tdx", "--report-data", REPORT_DATA, "--state", "state.json"), "--json", "--save", "first.saved", env=env)
    second = run(*policy("tdx", "--report-data", REPORT_DATA, "--state", "state.json"), "--json", "--save", "second.saved", env=env)
    same((first.code, second.code), (0, 0), "exit codes")
    same(json.loads(read("first.saved"))["state"], {"bundles": [], "numbers": []}, "nothing was known at first")
    same(len(json.loads(read("second.saved"))["state"]["numbers"]), 4, "then everything was")
    before = read("state.json")
    replays("first.saved", 0, first.out)
    replays("second.saved", 0, second.out)
    claim(read("state.json") == before and not os.path.exists("xdg"), "a replay uses and changes no state")
    # A state that is named is asked as well.
    same(run("verify", "--replay", "--json", "--state", "state.json", "first.saved").out, first.out, "as long as it knows nothing newer")
    state = json.loads(before)
    for kind in state["numbers"]["tdx-tcb-info"]:
        state["numbers"]["tdx-tcb-info"][kind] += 1
    write("state.json", json.dumps(state))
    refused = run("verify", "--replay", "--json", "--state", "state.json", "first.saved")
    same((refused.code, refused.json()["error"]["name"]), (10, "CollateralRollback"), "what is older than known today is refused today")
    text = run("verify", "--replay", "--state", "state.json", "first.saved").text
    claim("\nreplayed: " not in text and text.splitlines()[-1].startswith("not the saved verdict: "), f"text says whose verdict it is: {text[-200:]!r}")
    claim("\nreplayed: " in run("verify", "--replay", "--state", "empty-state.json", "first.saved").text, "an accepted one is the saved one")
    replays("first.saved", 0, first.out)
    same(run("verify", "--replay", "--json", "--state", "new-state.json", "first.saved").code, 0, "an empty state")
    claim(os.path.exists("new-state.json"), "what was accepted is remembered")


# -- envelopes, events and bundles --

SPKI = "%064x" % 7
SESSION = "%064x" % 5
NONCE = "AAECAwQFBgcICQoLDA0ODw"


def envelopes_are_replayed():
    if not sim():
        return
    nitro = ["--policy", "nitro.json", "--at", SIM_AT, *NITRO_ROOT]
    tls = ["--purpose", "tls", "--role", "server"]
    made = ["sim", "envelope", "--root", "root", "--platform", "nitro", "--workload", "unnamed", "--at", SIM_AT, "--json"]
    same(run(*made, *tls, "--spki", SPKI, "-o", "tls.json").code, 0, "sim envelope")
    same(run(*made, "--purpose", "oak", "--role", "server", "--fresh", "--nonce", NONCE, "--session-value", SESSION, "-o", "oak.json").code, 0, "sim envelope")
    for file, expected, code in [("tls.json", [*tls, "--spki", SPKI], 0), ("tls.json", [*tls, "--spki", "00" * 32], 10), ("tls.json", ["--no-binding"], 10),
                                 ("oak.json", ["--purpose", "oak", "--role", "server", "--nonce", NONCE, "--session-value", SESSION], 0),
                                 ("oak.json", ["--purpose", "oak", "--role", "server", "--nonce", NONCE, "--session-value", "00" * 32], 10),
                                 ("oak.json", ["--purpose", "oak", "--role", "server"], 10)]:
        first = run("verify", *nitro, *expected, "--json", "--save", "envelope.saved", file)
        same((first.code, first.json()["carrier"] and first.json()["carrier"]["kind"]), (code, "envelope"), f"{file} {expected}")
        replays("envelope.saved", code, first.out)
        again = run("verify", *nitro, *expected, "--json", "envelope.saved")
        same(again.out, first.out, f"{file}: the envelope out of the saved bundle")
    claim("BindingRequired" in run("verify", *nitro, "tls.json").errors, "an envelope needs its channel")
    # The TLS key of an envelope is pinned with it.
    same(run("verify", *nitro, *tls, "--spki", SPKI, "--pin", "tls.pin", "tls.json").code, 0, "first use")
    same(json.loads(read("tls.pin"))["tls_spki_sha256"], SPKI, "the TLS key")
    same(run(*made, *tls, "--spki", "11" * 32, "-o", "other-key.json").code, 0, "sim envelope")
    refused = run("verify", *nitro, *tls, "--spki", "11" * 32, "--pin", "tls.pin", "--json", "other-key.json").json()
    same((refused["error"]["name"], refused["error"]["step"]), ("PinMismatch", "pin"), "another TLS key")


def instance_events_are_replayed():
    if not sim():
        return
    same(run("sim", "event", "--root", "root", "--at", SIM_AT, "--json", "-o", "event.json").code, 0, "sim event")
    same(run("policy", "init", "--from", "event.json", *NITRO_ROOT, "--at", SIM_AT, "-o", "event-policy.json").code, 0, "policy init")
    ask = ["verify", "--policy", "event-policy.json", "--at", SIM_AT, *NITRO_ROOT]
    for question, code in [([*ask, "event.json"], 0), ([*ask, "--public-key", "00" * 32, "event.json"], 10),
                           (["verify", "--genuine-only", "--at", SIM_AT, *NITRO_ROOT, "event.json"], 0),
                           (["verify", "--genuine-only", "--at", "2027-06-01T12:00:00Z", *NITRO_ROOT, "event.json"], 10)]:
        first = run(*question, "--json", "--save", "event.saved")
        same((first.code, first.json()["carrier"]["kind"]), (code, "instance-event"), f"{question}")
        replays("event.saved", code, first.out)
    same(run(*ask, "--pin", "event.pin", "event.json").code, 0, "first use")
    same(json.loads(read("event.pin"))["service_key"], json.loads(read("event.json"))["pubkey"], "the service key is pinned")


def questions_with_a_trust_bundle_are_replayed():
    if not sim():
        return
    env = {**PLAIN_ENV, "XDG_STATE_HOME": os.path.abspath("bundle-xdg")}
    same(run("bundle", "keygen", "-o", "release.key").code, 0, "keygen")
    policy_text = json.loads(read("sev-snp.json"))
    for version in (1, 2):
        write("versioned.json", json.dumps({**policy_text, "version": version}))
        same(run("bundle", "sign", "--key", "release.key", "--at", SIM_AT, "-o", f"{version}.jws", "versioned.json").code, 0, "sign")
    ask = ["verify", "--release-root", "release.pub", "--workload", "unnamed", "--report-data", REPORT_DATA, "--at", SIM_AT, *QUESTIONS["sev-snp"]]
    for bundle, state, code, error in [("1.jws", [], 0, None), ("1.jws", ["--state", "b.state"], 0, None), ("2.jws", ["--state", "b.state"], 0, None),
                                       ("2.jws", ["--state", "b.state"], 0, None), ("1.jws", ["--state", "b.state"], 10, "BundleRollback")]:
        first = run(*ask, "--bundle", bundle, *state, "--json", "--save", "bundle.saved", env=env)
        value = first.json()
        same((first.code, value["error"] and value["error"]["name"]), (code, error), f"{bundle} {state}")
        same(value["policy_source"], "file", "policy_source")
        replays("bundle.saved", code, first.out)
    same([b["version"] for b in json.loads(read("bundle.saved"))["state"]["bundles"]], [2], "what was remembered is in the file")
    wanted = [("--workload", "other", "WorkloadMismatch")]
    for option, value, error in wanted:
        first = run(*[value if a == "unnamed" else a for a in ask], "--bundle", "1.jws", "--json", "--save", "bundle.saved")
        same((first.code, first.json()["error"]["name"]), (10, error), f"{option} {value}")
        replays("bundle.saved", 10, first.out)
    claim(not os.path.exists("bundle-xdg"), "with --at no state is used by itself")
    # The release root is pinned too: the same policy from a file is another word.
    same(run(*ask, "--bundle", "1.jws", "--pin", "bundle.pin").code, 0, "first use")
    claim(json.loads(read("bundle.pin"))["release_root"] is not None, "the release root is pinned")
    refused = run(*policy("sev-snp", "--report-data", REPORT_DATA, "--pin", "bundle.pin"), "--json").json()
    same(refused["error"]["name"], "PinMismatch", "without the bundle")


def a_bundle_uses_the_default_state():
    if not sim():
        return
    env = {**PLAIN_ENV, "XDG_STATE_HOME": os.path.abspath("default-xdg")}
    same(run("sim", "evidence", "--root", "root", "--platform", "nitro", "--report-data", REPORT_DATA, "-o", "now.bin").code, 0, "sim evidence")
    same(run("policy", "init", "--from", "now.bin", *NITRO_ROOT, "-o", "now.json").code, 0, "policy init")
    same(run("bundle", "keygen", "-o", "now.key").code, 0, "keygen")
    same(run("bundle", "sign", "--key", "now.key", "-o", "now.jws", "now.json").code, 0, "sign")
    ask = ["verify", "--bundle", "now.jws", "--release-root", "now.pub", "--workload", "unnamed", "--report-data", REPORT_DATA, *NITRO_ROOT, "now.bin", "--json"]
    same(run("verify", "--policy", "now.json", "--report-data", REPORT_DATA, *NITRO_ROOT, "now.bin", env=env).code, 0, "a policy alone")
    claim(not os.path.exists("default-xdg"), "a Nitro document with a policy has nothing to remember")
    first = run(*ask, "--save", "now.saved", env=env)
    same(first.code, 0, "exit code")
    claim(os.path.exists("default-xdg/anchorhold/state.json"), "the bundle is remembered")
    before = read("default-xdg/anchorhold/state.json")
    again = run("verify", "--replay", "--json", "now.saved", env=env)
    same((again.code, again.out == first.out, read("default-xdg/anchorhold/state.json") == before), (0, True, True), "a replay leaves it alone")


# -- pins --

def a_pin_is_recorded_at_first_use_and_compared_later():
    first = run(*GENUINE, "--json", "--pin", "pin.json", REAL_NITRO)
    same(first.code, 0, "first use")
    row = [r for r in first.json()["rows"] if r["id"] == "pin"][0]
    same((row["status"], row["reason"]), ("not_checked", "recorded at first use"), "the row of first use")
    same(stat.S_IMODE(os.stat("pin.json").st_mode), 0o600, "mode of the file")
    pin = json.loads(read("pin.json"))
    same((pin["schema"], pin["platform"], len(pin["measurements"])), ("anchorhold.pin/v1", "nitro", 4), "the pin")
    same(pin["measurements"]["pcr0"], first.json()["claims"]["pcrs"]["0"], "PCR0")
    again = run(*GENUINE, "--json", "--pin", "pin.json", "--save", "pinned.saved", REAL_NITRO)
    same((again.code, [r["status"] for r in again.json()["rows"] if r["id"] == "pin"]), (0, ["pass"]), "the same again")
    replays("pinned.saved", 0, again.out)
    for member, value in [("pcr0", "00" * 48), ("pcr8", "11" * 48)]:
        other = {**pin, "measurements": {**pin["measurements"], member: value}}
        write("other.json", json.dumps(other))
        before = read("other.json")
        refused = run(*GENUINE, "--json", "--pin", "other.json", "--save", "mismatch.saved", REAL_NITRO)
        same((refused.code, refused.json()["error"]["name"]), (10, "PinMismatch"), f"another {member}")
        row = [r for r in refused.json()["rows"] if r["id"] == "pin"][0]
        claim(row["got"].startswith(member) and row["wanted"] == f"{member} {value}", f"the row names it: {row}")
        same(read("other.json"), before, "the pin stays")
        replays("mismatch.saved", 10, refused.out)


def only_what_was_accepted_is_pinned():
    same(run("verify", "--genuine-only", "--at", "2026-01-01T00:00:00Z", "--pin", "no.json", REAL_NITRO).code, 10, "expired")
    claim(not os.path.exists("no.json"), "nothing is recorded")
    if sim():
        same(run(*policy("nitro", "--no-binding", "--pin", "no.json")).code, 10, "UNBOUND")
        claim(not os.path.exists("no.json"), "nothing is recorded")
        same(run(*policy("nitro", "--report-data", REPORT_DATA, "--pin", "no.json")).code, 0, "accepted")
        claim(os.path.exists("no.json"), "recorded")
        same(run(*policy("tdx", "--report-data", REPORT_DATA, "--pin", "no.json"), "--json").json()["error"]["name"], "PinMismatch", "another platform")


def a_corrupt_pin_is_an_error():
    for content in (b"", b"{", b"{}", b"[]", b"x" * 20000):
        fails(run(*GENUINE, "--pin", write("bad-pin.json", content), REAL_NITRO), 50, "PinInvalid")
        same(read("bad-pin.json"), content, "it stays as it is")
    os.symlink("nowhere", "link.json")
    fails(run(*GENUINE, "--pin", "link.json", REAL_NITRO), 50, "PinInvalid")
    fails(run(*GENUINE, "--pin", "absent/pin.json", REAL_NITRO), 50, "PinInvalid")
    fails(run(*GENUINE, "--pin", "-", REAL_NITRO), 2, "InvalidArgument", "--pin")


def a_pin_that_is_there_needs_no_lock():
    os.mkdir("pins")
    same(run(*GENUINE, "--pin", "pins/pin.json", REAL_NITRO).code, 0, "first use")
    with open("pins/pin.json.lock", "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        again = run(*GENUINE, "--pin", "pins/pin.json", REAL_NITRO)
        claim(again.code == 0 and again.seconds < 5, "another holds the lock")
    os.unlink("pins/pin.json.lock")
    os.chmod("pins", 0o555)
    same(run(*GENUINE, "--pin", "pins/pin.json", REAL_NITRO).code, 0, "a folder that cannot be written to")
    os.chmod("pins", 0o755)
    same(os.listdir("pins"), ["pin.json"], "no lock is made")
    for place in ("/dev/zero", "pins"):
        fails(run(*GENUINE, "--pin", place, REAL_NITRO), 50, "PinInvalid")
        claim(not os.path.exists(place + ".lock"), f"no lock beside {place}")
    fails(run(*GENUINE, "--pin", "absent/pin.json", REAL_NITRO), 50, "PinInvalid", "the lock file cannot be made: No such file")


def of_two_first_uses_at_once_one_is_the_second():
    running = [subprocess.Popen([ANCHORHOLD, *GENUINE, "--json", "--pin", "race.json", REAL_NITRO], stdout=subprocess.PIPE, env=PLAIN_ENV) for _ in range(6)]
    statuses = sorted(r["status"] for p in running for r in json.loads(p.communicate()[0])["rows"] if r["id"] == "pin")
    same(statuses, ["not_checked"] + ["pass"] * 5, "one recorded, the others compared")


runner.main("test_saved", [
    a_real_document_is_replayed_byte_for_byte,
    refusals_are_saved_too,
    every_platform_is_replayed_with_its_policy,
    years_later_the_bytes_are_the_same,
    what_was_altered_is_refused,
    a_replay_takes_everything_from_the_file,
    without_replay_a_saved_bundle_is_evidence_alone,
    a_broken_saved_bundle_is_named_as_one,
    where_a_bundle_cannot_be_written_nothing_is_said,
    an_edit_that_flips_no_row_replays,
    an_output_is_no_other_file_of_the_run,
    however_early_a_verdict_ends_every_row_is_there,
    what_was_remembered_is_part_of_the_question,
    envelopes_are_replayed,
    instance_events_are_replayed,
    questions_with_a_trust_bundle_are_replayed,
    a_bundle_uses_the_default_state,
    a_pin_is_recorded_at_first_use_and_compared_later,
    only_what_was_accepted_is_pinned,
    a_corrupt_pin_is_an_error,
    a_pin_that_is_there_needs_no_lock,
    of_two_first_uses_at_once_one_is_the_second,
])
