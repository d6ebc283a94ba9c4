#!/usr/bin/python3 -B
"""The command as scripts and people meet it: exit codes and JSON of each class, usage errors, inputs, outputs, help, and the simulated platform.

Goal: what docs/cli.md promises holds for every command. Method: run the program, look at exit code, standard output and standard error."""
import base64
import hashlib
import json
import os
import pty
import re
import resource
import shlex
import socket
import stat
import subprocess
import sys
import threading

import runner
from runner import ANCHORHOLD, REAL_NITRO, REAL_NITRO_AT, ROOT, claim, read, run, same, skip, write

GENUINE = ["verify", "--genuine-only", "--at", REAL_NITRO_AT]
HELLO = "68656c6c6f"
REPORT_DATA = "%0128x" % 0xabc
SIM_AT = "2026-06-01T12:00:00Z"
has_sim = None


def sim():
    """Simulated roots and evidence in the scratch folder, made once: root/, sim.cose with policy.json, sim.bin with snp.json."""
    global has_sim
    if has_sim is None:
        has_sim = "sim init" in run("--help").text
        if has_sim:
            same(run("sim", "init", "root").code, 0, "sim init")
            nonce = base64.urlsafe_b64encode(b"nonce of 17 bytes").decode().rstrip("=")
            same(run("sim", "evidence", "--root", "root", "--platform", "nitro", "--report-data", HELLO, "--nonce", nonce, "--public-key", "04aabb",
                     "--at", SIM_AT, "-o", "sim.cose").code, 0, "sim evidence nitro")
            same(run("sim", "evidence", "--root", "root", "--platform", "sev-snp", "--report-data", REPORT_DATA, "--at", SIM_AT, "-o",
                     "sim.bin").code, 0, "sim evidence sev-snp")
            same(run("policy", "init", "--from", "sim.cose", *NITRO_ROOT, "--at", SIM_AT, "-o", "policy.json").code, 0, "policy init nitro")
            same(run("policy", "init", "--from", "sim.bin", *SNP_FILES, *SNP_ROOT, "--at", SIM_AT, "-o", "snp.json").code, 0, "policy init sev-snp")
    if not has_sim:
        skip("built without the simulated platform")
    return has_sim


NITRO_ROOT = ["--simulated-root", "root/nitro-root.der", "--allow-simulated"]
SNP_ROOT = ["--simulated-root", "root/ark-genoa.der", "--allow-simulated"]
SNP_FILES = ["--vek", "sim.bin.vek.der", "--chain", "sim.bin.chain.pem", "--crl", "sim.bin.crl.der"]
NITRO = ["verify", "--policy", "policy.json", "--at", SIM_AT, *NITRO_ROOT]
SNP = ["verify", "--policy", "snp.json", "--at", SIM_AT, *SNP_FILES, *SNP_ROOT]


def fails(result, code, name, part=""):
    """A failed run without --json: nothing on standard output, the error's name and the part on standard error."""
    same(result.code, code, "exit code")
    same(result.out, b"", "standard output")
    claim(name in result.errors, f"{name} is named: {result.errors!r}")
    claim(part in result.errors, f"{part!r} is said: {result.errors!r}")


def is_error(result, code, name):
    """A failed run with --json: the error object, and nothing on standard error."""
    same(result.code, code, "exit code")
    same(result.err, b"", "standard error")
    value = result.json()
    same(value["schema"], "anchorhold.error/v1", "schema")
    same(value["error"]["name"], name, "error")
    same(value["exit_code"], code, "exit_code member")
    return value


def is_verdict(result, code, outcome, error=None):
    same(result.code, code, "exit code")
    same(result.err, b"", "standard error")
    value = result.json()
    same(value["schema"], "anchorhold.verdict/v1", "schema")
    same(value["result"], outcome, "result")
    same(value["error"] and value["error"]["name"], error, "error")
    return value


# -- Exit codes and JSON of each class --

def exit_code_0_genuine_document():
    is_verdict(run(*GENUINE, "--json", REAL_NITRO), 0, "GENUINE")
    plain = run(*GENUINE, REAL_NITRO)
    same(plain.code, 0, "exit code")
    claim(plain.text.startswith("GENUINE  "), "the first word is the result")
    same(plain.err, b"", "standard error")


def exit_code_1_output_cannot_be_written():
    for redirect in (">/dev/full", ">&-"):
        for extra in ("", "--json"):
            p = subprocess.run(["sh", "-c", f"exec {shlex.join([ANCHORHOLD, *GENUINE, REAL_NITRO])} {extra} {redirect}"], capture_output=True)
            same(p.returncode, 1, f"exit code with {redirect} {extra}")
            claim(b"InputOutputError" in p.stderr, f"the error is named: {p.stderr!r}")
    same(subprocess.run(["sh", "-c", f"exec {ANCHORHOLD} explain >/dev/full 2>&-"]).returncode, 1, "both closed")


def exit_code_1_reader_went_away():
    r, w = os.pipe()
    os.close(r)
    p = subprocess.run([ANCHORHOLD, "explain"], stdout=w, stderr=subprocess.PIPE)
    os.close(w)
    same(p.returncode, 1, "exit code")
    claim(b"InputOutputError" in p.stderr, "the error is named")


def exit_code_2_usage():
    fails(run("verify", REAL_NITRO), 2, "UsageError", "--bundle FILE, or --genuine-only")
    is_error(run("verify", "--json", REAL_NITRO), 2, "UsageError")


def exit_code_10_refused():
    late = ["verify", "--genuine-only", "--at", "2026-01-01T00:00:00Z"]
    is_verdict(run(*late, "--json", REAL_NITRO), 10, "FAIL", "CertificateExpired")
    text = run(*late, REAL_NITRO)
    same(text.code, 10, "exit code")
    claim(text.text.startswith("FAIL  "), "the first word is the result")
    claim("CertificateExpired (504)" in text.text and "next" in text.text, "code and next step are shown")


def exit_code_20_unsupported():
    write("unknown", b"\x01\x02\x03 no evidence at all")
    is_verdict(run(*GENUINE, "--json", "unknown"), 20, "UNSUPPORTED", "UnsupportedFormat")
    same(run(*GENUINE, "unknown").code, 20, "exit code")


def exit_code_30_malformed():
    write("cut", read(REAL_NITRO)[:2000])
    is_verdict(run(*GENUINE, "--json", "--platform", "nitro", "cut"), 30, "MALFORMED", "Truncated")
    # What nobody recognises is malformed once a platform is named.
    is_verdict(run(*GENUINE, "--json", "--platform", "nitro", write("other", b"\x01\x02")), 30, "MALFORMED", "CoseMalformed")
    is_verdict(run(*GENUINE, "--json", "--platform", "sev-snp", "other"), 30, "MALFORMED", "Truncated")


def exit_code_40_endorsement_missing():
    if sim():
        is_verdict(run("verify", "--genuine-only", "--json", "--at", SIM_AT, *SNP_ROOT, "sim.bin"), 40, "FAIL", "EndorsementMissing")


def exit_code_50_policy_invalid():
    write("bad.json", b'{"schema":"anchorhold.trust-bundle/v1","surprise":1}')
    value = is_error(run("verify", "--json", "--policy", "bad.json", "--report-data", HELLO, "--at", REAL_NITRO_AT, REAL_NITRO), 50,
                     "PolicyUnknownMember")
    claim("surprise" in value["error"]["detail"], "the path is named")
    fails(run("policy", "lint", "bad.json"), 50, "PolicyUnknownMember", "surprise")
    is_error(run("policy", "lint", "--json", write("no.json", b"{")), 50, "PolicyMalformed")
    is_error(run("policy", "lint", "--json", write("big.json", b" " * (256 * 1024 + 1))), 50, "PolicyMalformed")


# -- The command line --

def usage_errors_name_what_is_wrong():
    for args, part in [
        ([], "no command"),
        (["verfy"], "did you mean verify?"),
        (["frobnicate"], "unknown command frobnicate"),
        (["policy"], "needs a second word"),
        (["policy", "lnit"], "did you mean"),
        (["policy", "lint"], "argument is missing"),
        (["help", "nothing"], "unknown command nothing"),
        (["verify", "--genuine-only"], "argument is missing"),
        (["verify", "--genuine-only", "a", "b"], "unexpected argument b"),
        (["verify", "--genuin-only", "a"], "did you mean --genuine-only?"),
        (["verify", "--report", "aa", "a"], "did you mean --report-data?"),
        (["verify", "--Policy", "x", "a"], "did you mean --policy?"),
        (["verify", "--completely-else", "a"], "unknown option --completely-else"),
        (["verify", "-x", "a"], "unknown option -x"),
        (["verify", "-hq", "a"], "unknown option -hq"),
        (["verify", "--genuine", "--at", "1", "a"], "did you mean --genuine-only?"),
        (["verify", "--genuine-only=yes", "a"], "--genuine-only takes no value"),
        (["verify", "a", "--policy"], "--policy needs a value"),
        (["verify", "--policy", "--at=1", "a"], "--policy needs a value"),
        (["verify", "--genuine-only", "--genuine-only", "a"], "--genuine-only is given twice"),
        (["verify", "--vek", "a", "--vek", "b", "c"], "--vek is given twice"),
        (["verify", *["--crl", "a"] * 9, "--genuine-only", "c"], "--crl is given more than 8 times"),
        (["verify", "--policy", "p", "--genuine-only", "a"], "two different questions"),
        (["verify", "--genuine-only", "--report-data", "aa", "a"], "compares with no expected value"),
        (["verify", "--genuine-only", "--no-binding", "a"], "compares with no expected value"),
        (["verify", "--policy", "p", "--no-binding", "--nonce", "aaaa", "a"], "--no-binding contradicts"),
        (["verify", "--genuine-only", "--simulated-root", "r", "a"], "--simulated-root needs --allow-simulated"),
        (["policy", "init"], "--from FILE is missing"),
        (["policy", "diff", "a"], "argument is missing"),
    ]:
        fails(run(*args), 2, "UsageError", part)
        is_error(run(*args, "--json") if "--policy" != (args or [""])[-1] else run("verify", "--json", "a", "--policy"), 2, "UsageError")


def values_are_checked_with_the_name_of_their_option():
    for args, part in [
        (["verify", "--genuine-only", "--platform", "snp", REAL_NITRO], "--platform"),
        (["verify", "--genuine-only", "--at", "yesterday", REAL_NITRO], "--at"),
        (["verify", "--genuine-only", "--at", "-1", REAL_NITRO], "--at"),
        (["verify", "--genuine-only", "--at", "253402300800", REAL_NITRO], "--at"),
        (["verify", "--genuine-only", "--at", "99999999999999999999", REAL_NITRO], "--at"),
        (["verify", "--genuine-only", "--at", "2025-02-29T00:00:00Z", REAL_NITRO], "--at"),
        (["verify", "--genuine-only", "--at", "2025-04-01T14:16:10+00:00", REAL_NITRO], "--at"),
        (["verify", "--policy", "p", "--report-data", "xyz", REAL_NITRO], "--report-data"),
        (["verify", "--policy", "p", "--report-data", "abc", REAL_NITRO], "--report-data"),
        (["verify", "--policy", "p", "--report-data", "", REAL_NITRO], "--report-data"),
        (["verify", "--policy", "p", "--report-data=" + "a" * 4000, REAL_NITRO], "--report-data"),
        (["verify", "--policy", "p", "--nonce", "a=", REAL_NITRO], "--nonce"),
        (["verify", "--policy", "p", "--nonce", "a+/b", REAL_NITRO], "--nonce"),
        (["verify", "--policy", "p", "--public-key", "0x04", REAL_NITRO], "--public-key"),
        (["explain", "MeasurementNotAlowed"], "did you mean MeasurementNotAllowed?"),
        (["explain", "snp.vek_tbc"], "did you mean snp.vek_tcb?"),
        (["explain", "999"], "no error or check 999"),
        (["explain", "exit-3"], "no exit code 3; there are 0, 1, 2, 10, 20, 30, 40, 50"),
        *((["verify", "--bundle", "b", "--release-root", "r", "--no-binding", "--workload", name, REAL_NITRO], "--workload: not printable ASCII")
          for name in ("\udcff", "caf\u00e9", "a\tb", "a\x7f")),
    ]:
        fails(run(*args), 2, "InvalidArgument", part)


def a_policy_without_binding_is_refused():
    fails(run("verify", "--policy", "p", REAL_NITRO), 2, "BindingRequired")
    is_error(run("verify", "--policy", "p", "--json", REAL_NITRO), 2, "BindingRequired")


def options_may_stand_anywhere_and_take_either_form():
    same(run("verify", REAL_NITRO, "--genuine-only", "--at", REAL_NITRO_AT).code, 0, "options after FILE")
    same(run("verify", f"--at={REAL_NITRO_AT}", "--genuine-only", "--", REAL_NITRO).code, 0, "--at=, --")
    same(run("verify", "--at=1743516970", "--genuine-only", REAL_NITRO).code, 0, "unix seconds")
    write("-odd", read(REAL_NITRO))
    same(run(*GENUINE, "--", "-odd").code, 0, "a file that begins with a dash")
    fails(run(*GENUINE, "-odd"), 2, "UsageError", "unknown option -odd")
    # A base64url nonce may begin with a dash: the value of an option is taken as it is.
    is_error(run("verify", "--policy", "absent", "--nonce", "-_-_", "--json", REAL_NITRO), 2, "FileUnreadable")
    is_error(run("verify", "--policy", "absent", "--nonce", "--AA", "--json", REAL_NITRO), 2, "FileUnreadable")


def help_and_version():
    claim(re.fullmatch(r"anchorhold \d+\.\d+\.\d+\n", run("--version").text), "--version")
    same(run("--help").out, run("help").out, "--help is help")
    same(run("-h").out, run("help").out, "-h is help")
    same(run("help", "policy", "init").out, run("policy", "init", "--help").out, "help of two words")
    claim("policy lint" in run("policy", "--help").text, "help of a group")
    claim("policy lint" in run("help", "policy").text, "help of a group")
    same(run("verify", "--help").code, 0, "--help without operands")


def commands():
    section = run("help").text.split("commands:\n", 1)[1].split("\n\n", 1)[0]
    names = [line[2:20].strip() for line in section.splitlines()]
    return [name for name in names if name != "help"]


def examples_of(text):
    lines = text.split("\nexamples:\n", 1)[1].splitlines()
    return [line.strip() for line in lines if line.strip()]


def every_help_has_examples_and_they_work():
    """In the order in which one would type them: what one example writes, a later one reads."""
    order = ["sim init", "sim evidence", "sim envelope", "sim event", "policy init", "policy lint", "policy diff", "collateral fetch", "collateral import",
             "collateral list", "bundle keygen", "bundle sign", "bundle verify", "bundle show", "bundle fetch", "manifest sign", "manifest verify", "verify", "inspect",
             "explain", "conformance", "completion", "man"]
    with_sim = "sim init" in commands()
    same(sorted(commands()), sorted(c for c in order if with_sim or not c.startswith("sim")), "commands")
    os.makedirs("examples-run")
    os.symlink(os.path.join(ROOT, "examples"), "examples-run/examples")
    os.makedirs("bin", exist_ok=True)
    os.symlink(ANCHORHOLD, "bin/anchorhold")
    env = dict(runner.PLAIN_ENV, PATH=os.path.abspath("bin") + ":" + os.environ.get("PATH", "/usr/bin:/bin"), XDG_CACHE_HOME=os.path.abspath("cache"),
               XDG_STATE_HOME=os.path.abspath("state"))
    for name in sorted(commands(), key=order.index) + [""]:
        text = run("help", *name.split()).text
        claim(text.startswith(f"anchorhold {name}".rstrip()) and "\nusage: anchorhold " in text and "\noptions:\n" in text, f"help of {name}")
        examples = examples_of(text)
        claim(examples, f"{name} has an example")
        for example in examples:
            if name in ("collateral fetch", "bundle fetch"):
                continue  # somebody's servers; tests/e2e/test_collateral.py and test_bundle.py have their own
            if not with_sim and ("root/" in example or "policy.json" in example or "report.bin" in example):
                continue
            p = subprocess.run(["sh", "-c", example], cwd="examples-run", env=env, capture_output=True)
            same(p.returncode, 0, f"example: {example}")
            claim(not p.stderr.startswith(b"anchorhold: "), f"example: {example}: {p.stderr!r}")


def quiet_prints_nothing():
    for args, code in [([*GENUINE, REAL_NITRO], 0), (["verify", "--genuine-only", REAL_NITRO], 10), (["verify", "--genuine-only", "absent"], 2),
                       (["verify", "--bad"], 2), (["explain"], 0)]:
        for flag in ("--quiet", "-q"):
            result = run(*args, flag)
            same((result.code, result.out, result.err), (code, b"", b""), f"{args} {flag}")
    same(run(*GENUINE, REAL_NITRO, "--quiet", "--json").out, b"", "--quiet wins over --json")


def in_terminal(args, env):
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(ANCHORHOLD, [ANCHORHOLD, *args], env)
    out = b""
    while True:
        try:
            chunk = os.read(fd, 65536)
        except OSError:
            break
        if not chunk:
            break
        out += chunk
    os.close(fd)
    os.waitpid(pid, 0)
    return out


def has_terminals():
    """A container may have no pseudo-terminals to give."""
    try:
        for fd in pty.openpty():
            os.close(fd)
    except OSError:
        return False
    return True


def colours_on_a_terminal_alone():
    if not has_terminals():
        runner.skip("no pseudo-terminal to be had")
        return
    env = dict(runner.PLAIN_ENV, TERM="xterm")
    args = [*GENUINE, REAL_NITRO]
    claim(b"\x1b[" in in_terminal(args, env), "colours on a terminal")
    claim(b"\x1b[" in in_terminal(["inspect", REAL_NITRO], env), "colours of inspect")
    claim(b"\x1b" not in in_terminal(args, dict(env, NO_COLOR="1")), "NO_COLOR")
    claim(b"\x1b[" in in_terminal(args, dict(env, NO_COLOR="")), "an empty NO_COLOR says nothing")
    claim(b"\x1b" not in in_terminal([*args, "--no-color"], env), "--no-color")
    claim(b"\x1b" not in in_terminal(args, dict(env, TERM="dumb")), "TERM=dumb")
    claim(b"\x1b" not in in_terminal([*args, "--json"], env), "--json")
    claim(b"\x1b" not in run(*args).out, "a pipe")


# -- Input --

def evidence_as_binary_hex_base64_and_from_standard_input():
    document = read(REAL_NITRO)
    wanted = run(*GENUINE, "--json", REAL_NITRO).out
    forms = {
        "hex": document.hex().encode(),
        "HEX": document.hex().upper().encode() + b"\n",
        "0x": b"0x" + document.hex().encode(),
        "base64": base64.b64encode(document),
        "base64-lines": base64.encodebytes(document),
    }
    for name, data in forms.items():
        same(run(*GENUINE, "--json", write(name, data)).out, wanted, f"verdict of {name}")
        same(run(*GENUINE, "--json", "-", stdin=data).out, wanted, f"verdict of {name} on standard input")
    same(run(*GENUINE, "--json", "-", stdin=document).out, wanted, "verdict of binary on standard input")
    claim(b"standard input" in run(*GENUINE, "-", stdin=document).out, "the verdict names standard input")


def standard_input_serves_one_argument():
    fails(run(*GENUINE, "--crl", "-", "-", stdin=read(REAL_NITRO)), 2, "UsageError", "standard input")


def a_pipe_with_a_name_is_a_file():
    os.mkfifo("fifo")
    thread = threading.Thread(target=lambda: write("fifo", read(REAL_NITRO)))
    thread.start()
    same(run(*GENUINE, "fifo").code, 0, "exit code")
    thread.join()


def every_file_argument_is_checked():
    os.makedirs("folder", exist_ok=True)
    s = socket.socket(socket.AF_UNIX)
    s.bind("socket")
    arguments = [[*GENUINE, "FILE"], ["inspect", "FILE"], ["policy", "lint", "FILE"], ["policy", "diff", "FILE", "FILE"], ["policy", "init", "--from", "FILE"],
                 ["verify", "--policy", "FILE", "--report-data", HELLO, "--at", REAL_NITRO_AT, REAL_NITRO]]
    arguments += [[*GENUINE, option, "FILE", REAL_NITRO] for option in ("--vek", "--chain", "--cert-table", "--crl")]
    arguments += [[*GENUINE, "--allow-simulated", "--simulated-root", "FILE", REAL_NITRO]]
    if sim():
        fails(run(*GENUINE, "--vek", "sim.bin.vek.der", REAL_NITRO), 2, "UsageError", "--vek is for sev-snp")
    write("tdx", b"\x04\x00\x02\x00\x81\x00\x00\x00" + bytes(1024))
    arguments += [[*GENUINE, option, "FILE", "tdx"] for option in ("--collateral", "--event-log")]
    for template in arguments:
        for bad, part in [("absent", "No such file"), ("folder", "is a folder"), ("folder/", "is a folder"), ("", "No such file"), ("/dev/zero", "neither a file"),
                          ("socket", "neither a file"), ("absent/deeper", "No such file"), (REAL_NITRO + "/x", "Not a directory"), ("x" * 300, "too long")]:
            args = [bad if a == "FILE" else a for a in template]
            fails(run(*args), 2, "FileUnreadable", part)
        is_error(run(*["absent" if a == "FILE" else a for a in template], "--json"), 2, "FileUnreadable")
    s.close()
    fd = os.open("folder", os.O_RDONLY)
    fails(run(*GENUINE, "-", stdin_file=fd), 2, "FileUnreadable", "is a folder")
    os.close(fd)


def garbage_in_endorsement_files_has_its_own_error():
    write("garbage", b"\xff\xfegarbage")
    for option, error in (("--vek", "CertificateMalformed"), ("--chain", "CertificateMalformed"), ("--cert-table", "CertTableMalformed")):
        value = is_error(run(*GENUINE, "--json", option, "garbage", REAL_NITRO), 30, error)
        claim(value["error"]["detail"].startswith(option), f"{option} is named: {value['error']['detail']!r}")
    # A CRL is looked at where its place in the chain is known.
    is_verdict(run(*GENUINE, "--json", "--crl", "garbage", REAL_NITRO), 30, "MALFORMED", "CrlMalformed")


def a_file_of_1_gib_is_refused_by_its_size():
    with open("large", "wb") as f:
        f.truncate(1 << 30)
    for args in ([*GENUINE, "large"], ["inspect", "large"], ["policy", "init", "--from", "large"], [*GENUINE, "--vek", "large", REAL_NITRO],
                 [*GENUINE, "--crl", "large", REAL_NITRO], [*GENUINE, "--cert-table", "large", REAL_NITRO]):
        result = run(*args, "--json")
        is_error(result, 30, "TooLarge")
        claim(result.seconds < 1, f"{args}: {result.seconds:.2f} s")
    is_error(run("policy", "lint", "large", "--json"), 50, "PolicyMalformed")
    same(run(*GENUINE, "--json", write("at-limit", bytes(1 << 20))).code, 20, "1 MiB is read")
    same(run(*GENUINE, "--json", write("above-limit", bytes((1 << 20) + 1))).code, 30, "one byte more is not")
    os.remove("large")


def an_endless_stream_is_refused_after_its_limit():
    with open("/dev/zero", "rb") as zero:
        result = run(*GENUINE, "--json", "-", stdin_file=zero)
    is_error(result, 30, "TooLarge")
    claim(result.seconds < 1, f"{result.seconds:.2f} s")
    r, w = os.pipe()
    child = subprocess.Popen([ANCHORHOLD, *GENUINE, "-"], stdin=r, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(r)
    written = 0
    try:
        while written < 64 << 20:
            written += os.write(w, bytes(65536))
    except BrokenPipeError:
        pass
    os.close(w)
    same(child.wait(), 30, "exit code")
    claim(written <= (8 << 20) + (256 << 10), f"{written} bytes were taken: a saved bundle is the largest thing to read")


def memory_stays_small():
    """The most memory for 1 MiB of anything, compared with that of the smallest run of the same program."""
    if b"__asan_init" in read(ANCHORHOLD) or b"__tsan_init" in read(ANCHORHOLD):
        skip("a sanitizer's own memory would be measured")
        return

    def peak(*args):
        code = ("import os,resource,subprocess,sys;subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL,stderr=subprocess.DEVNULL);"
                "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
        return int(subprocess.run([sys.executable, "-c", code, ANCHORHOLD, *args], capture_output=True).stdout)
    base = peak("--version")
    for name, data in [("zeros", bytes(1 << 20)), ("hexes", b"a" * (1 << 20)), ("nests", b"\x9f" * (1 << 20)), ("maps", b"\xbf" * (1 << 20)),
                       ("ders", b"\x30\x83\x0f\xff\xfb" + b"\x30\x80" * 524285), ("jsons", b"{" + b'"a":[[],' * 130000)]:
        write(name, data)
        for args in ([*GENUINE, name], [*GENUINE, "--platform", "nitro", name], [*GENUINE, "--platform", "sev-snp", name], ["inspect", name]):
            used = peak(*args) - base
            claim(used <= 16 * 1024, f"{args}: {used} KiB more than --version")


# -- Output --

def verdicts_are_the_same_bytes_every_time():
    same(run(*GENUINE, "--json", REAL_NITRO).out, run(*GENUINE, "--json", REAL_NITRO).out, "two runs")


def files_are_written_whole_or_not_at_all():
    init = ["policy", "init", "--from", REAL_NITRO, "--at", REAL_NITRO_AT]
    os.makedirs("out", exist_ok=True)
    same(run(*init, "-o", "out/p.json").code, 0, "a new file")
    wanted = read("out/p.json")
    json.loads(wanted)
    old_umask = os.umask(0o027)
    same(run(*init, "-o", "out/umask.json").code, 0, "with a umask")
    os.umask(old_umask)
    same(stat.S_IMODE(os.stat("out/umask.json").st_mode), 0o640, "mode")
    write("out/old.json", b"old")
    same(run(*init, "--output", "out/old.json").code, 0, "an old file")
    same(read("out/old.json"), wanted, "is replaced")
    write("out/target.json", b"old")
    os.symlink("target.json", "out/link.json")
    same(run(*init, "-o", "out/link.json").code, 0, "a link")
    claim(os.path.islink("out/link.json") and read("out/target.json") == wanted, "the link stays, its target is replaced")
    same(run(*init, "-o", "-").out, wanted, "-o - is standard output")
    same(run(*init).out, wanted, "and so is no -o")
    same(json.loads(run(*init, "--json").out), json.loads(wanted), "--json is the same policy")
    run(*init, "--json").json()
    fails(run(*init, "-o", "out/absent/p.json"), 2, "FileUnreadable", "No such file")
    fails(run(*init, "-o", "out"), 2, "FileUnreadable", "Is a directory")
    fails(run(*init, "-o", "/dev/full"), 1, "InputOutputError", "No space")
    claim(stat.S_ISCHR(os.stat("/dev/full").st_mode), "/dev/full is still a device")
    limited = subprocess.run([ANCHORHOLD, *init, "-o", "out/old.json"], capture_output=True,
                             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)))
    same(limited.returncode, 1, "a file that does not fit is an error")
    same(read("out/old.json"), wanted, "and the old one stays")
    same(sorted(os.listdir("out")), ["link.json", "old.json", "p.json", "target.json", "umask.json"], "no temporary file is left")


def a_closed_standard_output_never_gets_into_a_file():
    line = shlex.join([ANCHORHOLD, "policy", "init", "--from", REAL_NITRO, "--at", REAL_NITRO_AT, "-o", "closed.json"])
    same(subprocess.run(["sh", "-c", f"exec {line} >&-"], stderr=subprocess.DEVNULL).returncode, 1, "the message could not be written")
    json.loads(read("closed.json"))


# -- explain --

def explain_knows_every_error_and_check():
    everything = run("explain", "--json").json()
    source = read(os.path.join(ROOT, "include/anchorhold/errors.def")).decode()
    errors = re.findall(r'^AH_ERROR\((\d+), \w+, "(\w+)"', source, re.M)
    checks = re.findall(r'^AH_CHECK\(\w+,\s*"([\w.]+)"', read(os.path.join(ROOT, "include/anchorhold/checks.def")).decode(), re.M)
    same([(e["code"], e["name"]) for e in everything["errors"]], [(int(n), name) for n, name in errors], "errors")
    same([c["id"] for c in everything["checks"]], checks, "checks")
    table = run("explain").text
    for number, name in errors:
        text = run("explain", name)
        same((text.code, text.out), (0, run("explain", number).out), f"{name} and {number}")
        claim(text.text.startswith(f"{name} ({number})\n") and "exit code" in text.text and "next" in text.text, f"text of {name}")
        claim(f" {name}\n" in table, f"{name} is in the table")
        same([e["name"] for e in run("explain", "--json", name).json()["errors"]], [name], "JSON of one")
    for check in checks:
        text = run("explain", check)
        claim(text.code == 0 and text.text.startswith(check + "\n"), f"text of {check}")
        claim(f" {check} " in table, f"{check} is in the table")


# -- inspect --

def inspect_says_unverified_and_names_bytes():
    text = run("inspect", REAL_NITRO)
    same(text.code, 0, "exit code")
    claim(text.text.startswith("UNVERIFIED  "), "the first word")
    value = run("inspect", "--json", REAL_NITRO).json()
    same((value["verified"], value["error"], value["kind"], value["size"]), (False, None, "nitro attestation document", len(read(REAL_NITRO))), "JSON")
    document = read(REAL_NITRO)
    for row in value["rows"]:
        if "hex" in row:
            same(bytes.fromhex(row["hex"]), document[row["off"]:row["off"] + row["len"]], row["label"])
    same([r["value"] for r in value["rows"] if r["label"] == "module_id"], ["i-0ffff615a409a72d7-enc0195f17eaba9b385"], "module_id")
    same(len([r for r in value["rows"] if r["label"].startswith("PCR")]), 16, "PCRs")
    same(len([r for r in value["rows"] if r["label"] == "subject"]), 5, "certificates")


def no_control_character_leaves_the_program():
    """Escape sequences in a text, a key, a certificate's name, a file's name, a policy and an option."""
    document = read(REAL_NITRO)
    evil = document.replace(b"i-0ffff615a409a72d7-enc", b"\x1b[2J\r\n615a409a72d7\x1b-enc").replace(b"Washington", b"\x1b]0;owned\x07")
    evil = evil.replace(b"module_id", b"modul\x1b[1m")
    claim(evil != document, "the document was altered")
    os.makedirs("dir", exist_ok=True)
    name = "dir/\x1b[31mred\x07\r\n.cose"
    write(name, evil)
    write("evil.json", json.dumps({"schema": "\x1b[2J", "\x1b[1m": ["\x07\x9b"]}))
    write("evil2.json", b'{"schema":"anchorhold.trust-bundle/v1","\xc2\x9b31m":"\xe2\x80\xae"}')
    for args in (["inspect", name], [*GENUINE, name], [*GENUINE, "--platform", "sev-snp", name], ["inspect", "evil.json"], ["inspect", "evil2.json"],
                 ["policy", "lint", "evil.json"], ["policy", "lint", "evil2.json"], ["explain", "\x1b[2J"], ["\x1b[2J"], ["verify", "--\x1b[2J", "x"],
                 ["verify", "--genuine-only", "absent\x1b[2J"], ["policy", "init", "--from", name]):
        for extra in ([], ["--json"]):
            result = run(*args, *extra)
            bad = [c for c in result.out + result.err if (c < 0x20 and c != 0x0a) or c >= 0x7f]
            claim(not bad, f"{args} {extra} prints {bytes(bad)[:20]!r}")


def inspect_shows_a_broken_structure_as_far_as_it_holds():
    document = read(REAL_NITRO)
    rows = []
    for cut in list(range(0, len(document), 211)) + [len(document) - 1]:
        result = run("inspect", "--json", "--platform", "nitro", write("cut", document[:cut]))
        same(result.code, 30, f"exit code at {cut}")
        value = result.json()
        claim(value["error"]["offset"] <= cut, "the offset lies in the input")
        rows.append(len(value["rows"]))
    same(rows, sorted(rows), "more bytes, more rows")
    result = run("inspect", "cut")
    claim("the structure ends here" in result.text and "Truncated" in result.text, "and the text says so")
    same(run("inspect", "--json", "--platform", "sev-snp", write("short", bytes(700))).json()["error"]["offset"], 700, "offset in a report")
    value = run("inspect", "--json", "--platform", "sev-snp", write("long", bytes(1185))).json()
    same((value["error"]["name"], value["error"]["offset"]), ("TrailingData", 1184), "trailing byte")
    same(run("inspect", write("nothing", b"")).code, 20, "an empty file")


def inspect_knows_certificates_crls_tables_and_policies():
    if not sim():
        return
    value = run("inspect", "--json", "sim.bin").json()
    same((value["kind"], value["error"]), ("sev-snp report", None), "report")
    same(sum(r["len"] for r in value["rows"] if "len" in r), 1184, "every byte of a report is in one row")
    labels = {r["label"]: r for r in run("inspect", "--json", "sim.bin.vek.der").json()["rows"]}
    same((labels["AMD productName"]["value"], labels["AMD HWID"]["len"]), ("Genoa", 64), "AMD extensions")
    text = run("inspect", "sim.bin.chain.pem")
    same(text.code, 0, "PEM")
    claim("CN=ARK-Genoa" in text.text and "CN=SEV-Genoa" in text.text, "both certificates")
    value = run("inspect", "--json", "sim.bin.crl.der").json()
    same((value["kind"], value["error"]), ("certificate revocation list", None), "CRL")
    vek = read("sim.bin.vek.der")
    guid = bytes.fromhex("63da758de6644564adc5f4b93be8accd")
    table = guid + (48).to_bytes(4, "little") + len(vek).to_bytes(4, "little") + bytes(24) + vek
    value = run("inspect", "--json", write("table", table)).json()
    same((value["kind"], value["error"]), ("sev-snp certificate table", None), "table")
    claim(any(r["label"] == "AMD HWID" for r in value["rows"]), "the certificate in the table")
    value = run("inspect", "--json", write("table", table[:1000])).json()
    same(value["error"]["name"], "CertTableMalformed", "a cut table")
    broken = vek[:100] + b"\xff" + vek[101:]
    result = run("inspect", "--json", write("broken.der", broken))
    same((result.code, result.json()["error"]["name"]), (30, "CertificateMalformed"), "a broken certificate")
    claim(len(result.json()["rows"]) > 3, "is shown as DER")
    result = run("inspect", "--json", "policy.json")
    same((result.code, result.json()["error"]), (0, None), "policy")
    claim(any(r["label"] == "platforms.nitro.releases[0].pcrs.0" for r in result.json()["rows"]), "paths of a policy")
    same(run("inspect", write("bad-policy.json", b'{"schema":"anchorhold.trust-bundle/v1"}')).code, 50, "a policy that does not load")
    same(run("inspect", write("broken.pem", b"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n")).code, 30, "a broken PEM")


def sha384(*parts):
    return hashlib.sha384(b"".join(parts)).digest()


def le32(*values):
    return b"".join(v.to_bytes(4, "little") for v in values)


def ccel(*records):
    """An event log as firmware writes it: (index, type, content) each, with the digest of the content."""
    spec_id = b"Spec ID Event03\0" + bytes(4) + b"\0\2\0\2" + le32(1) + b"\x0c\0\x30\0" + b"\0"
    log = le32(1, 3) + bytes(20) + le32(len(spec_id)) + spec_id
    for index, kind, content in records:
        log += le32(index, kind, 1) + b"\x0c\0" + sha384(content) + le32(len(content)) + content
    return log


def inspect_shows_event_logs():
    first, second = b"Calling EFI Application", bytes(4)
    log = ccel((2, 0x80000007, first), (0, 3, b"StartupLocality"), (2, 4, second)) + b"\xff" * 20
    value = run("inspect", "--json", write("ccel", log)).json()
    same((value["kind"], value["error"]), ("event log (CCEL)", None), "CCEL")
    rows = {r["label"]: r["value"] for r in value["rows"]}
    same(rows["RTMR1 by these events"], sha384(sha384(bytes(48), sha384(first)), sha384(second)).hex(), "the replayed register")
    same(rows["RTMR0 by these events"], "not extended", "another register")
    claim(rows["[0] RTMR1 EV_EFI_ACTION"].startswith("content_bound; ") and rows["[1] not extended EV_NO_ACTION"].startswith("untrusted_text; "), "labels")
    broken = run("inspect", "--json", write("ccel", log[:-1] + b"x"))
    same((broken.code, broken.json()["error"]["name"], broken.json()["error"]["offset"]), (30, "EventLogMalformed", len(log) - 20), "bytes behind the end")
    same(len([r for r in broken.json()["rows"] if r["label"].startswith("[")]), 3, "events before it are shown")

    name = "\x1b[2J\u202e"
    events = [{"imr": 3, "event_type": 0x08000001, "digest": "", "event": n, "event_payload": "0102"} for n in ("app-id", name)]
    result = run("inspect", "--json", write("events.json", json.dumps(events)))
    same((result.code, result.json()["kind"]), (0, "event log (JSON)"), "JSON log")
    rows = {r["label"]: r["value"] for r in result.json()["rows"]}
    register = bytes(48)
    for event in ("app-id", name):
        register = sha384(register, sha384(le32(0x08000001), b":", event.encode(), b":\1\2"))
    same(rows["RTMR3 by these events"], register.hex(), "runtime digests are recomputed")
    claim('name "app-id"; 2 bytes 0102' in rows["[0] RTMR3 runtime event"], "an event")
    for extra in ([], ["--json"]):
        out = run("inspect", *extra, "events.json").out
        claim(not [c for c in out if (c < 0x20 and c != 0x0a) or c >= 0x7f], "no control character of a name is printed")
    events[0]["digest"] = "00" * 48
    same(run("inspect", write("events.json", json.dumps(events))).code, 30, "a digest that is not that of its event")
    report = run("inspect", write("report.json", json.dumps({"quote": "00", "event_log": "[]"})))
    same(report.code, 0, "a report")
    claim("jq -r .event_log" in report.text, "says how to take the log out")


def inspect_shows_quotes_that_do_not_hold():
    quote = b"\4\0\2\0\x81\0\0\0" + bytes(1200)
    rows = []
    for cut in (48, 49, 600, 640, 700, 1000, len(quote)):
        value = run("inspect", "--json", "--platform", "tdx", write("cut", quote[:cut])).json()
        claim(value["error"]["offset"] <= cut and value["kind"] == "tdx quote", f"offset at {cut}")
        rows.append(len(value["rows"]))
    same(rows, sorted(rows), "more bytes, more rows")
    text = run("inspect", write("quote", quote)).text
    claim("tee_type: 129 (TDX)" in text and "rtmr3: zero" in text and "the structure ends here" in text, "fields up to the end")


# -- Policies and binding --

def policy_and_binding():
    if not sim():
        return
    nonce = base64.urlsafe_b64encode(b"nonce of 17 bytes").decode().rstrip("=")
    good = {"--report-data": HELLO, "--nonce": nonce, "--public-key": "04AABB"}
    wrong = {"--report-data": ("68656c6c70", "ReportDataMismatch"), "--nonce": ("AAAA", "NonceMismatch"), "--public-key": ("04aabc", "PublicKeyMismatch")}
    rows = {"--report-data": "binding.report_data", "--nonce": "binding.nonce", "--public-key": "binding.public_key"}
    for mask in range(1, 8):
        names = [n for i, n in enumerate(good) if mask >> i & 1]
        args = [a for n in names for a in (n, good[n])]
        value = is_verdict(run(*NITRO, "--json", *args, "sim.cose"), 0, "SIMULATED")
        status = {r["id"]: r["status"] for r in value["rows"]}
        for name, row in rows.items():
            same(status[row], "pass" if name in names else "not_checked", f"{row} with {names}")
    for name, (value, error) in wrong.items():
        is_verdict(run(*NITRO, "--json", name, value, "sim.cose"), 10, "FAIL", error)
    is_verdict(run(*NITRO, "--json", "--no-binding", "sim.cose"), 10, "UNBOUND", "Unbound")
    is_verdict(run(*SNP, "--json", "--report-data", REPORT_DATA.upper(), "sim.bin"), 0, "SIMULATED")
    is_verdict(run(*SNP, "--json", "--report-data", "00" * 64, "sim.bin"), 10, "FAIL", "ReportDataMismatch")
    fails(run(*SNP, "--report-data", "00" * 63, "sim.bin"), 2, "InvalidArgument", "--report-data has 63 bytes")
    fails(run(*SNP, "--nonce", "AAAA", "sim.bin"), 2, "UsageError", "fields of nitro")
    fails(run(*SNP, "--public-key", "04aabb", "sim.bin"), 2, "UsageError", "fields of nitro")
    fails(run(*SNP, "--platform", "sev-snp", "--nonce", "AAAA", "sim.cose"), 2, "UsageError", "fields of nitro")
    # The other platform is not in the policy; neither is simulation allowed by the policy alone, or by the caller alone.
    is_verdict(run("verify", "--policy", "policy.json", "--at", SIM_AT, *SNP_FILES, *SNP_ROOT, "--json", "--report-data", REPORT_DATA, "sim.bin"), 10, "FAIL",
               "SimulatedNotAllowed")
    is_verdict(run("verify", "--policy", "policy.json", "--at", SIM_AT, "--json", "--report-data", HELLO, "sim.cose"), 10, "FAIL", "SimulatedNotAllowed")
    is_verdict(run("verify", "--genuine-only", "--at", SIM_AT, "--json", "sim.cose"), 10, "FAIL", "RootUntrusted")
    is_verdict(run("verify", "--genuine-only", "--at", SIM_AT, "--json", *NITRO_ROOT, "sim.cose"), 0, "SIMULATED")


def debug_evidence_is_never_accepted():
    if not sim():
        return
    for platform, data, files, root in (("nitro", HELLO, [], NITRO_ROOT), ("sev-snp", REPORT_DATA, None, SNP_ROOT)):
        name = f"debug-{platform}"
        same(run("sim", "evidence", "--root", "root", "--platform", platform, "--report-data", data, "--debug", "--at", SIM_AT, "-o", name).code, 0, "made")
        if files is None:
            files = ["--vek", f"{name}.vek.der", "--chain", f"{name}.chain.pem", "--crl", f"{name}.crl.der"]
        genuine = ["verify", "--genuine-only", "--json", "--at", SIM_AT, *files, *root]
        is_verdict(run(*genuine, name), 10, "FAIL", "DebugEnabled")
        is_verdict(run(*genuine, "--allow-debug", name), 10, "DEBUG", "DebugEnabled")
        init = ["policy", "init", "--from", name, "--at", SIM_AT, *files, *root, "-o", f"{name}.json"]
        fails(run(*init), 10, "DebugEnabled")
        claim(not os.path.exists(f"{name}.json"), "no policy from debug evidence")
        if platform == "sev-snp":
            same(run(*init, "--allow-debug").code, 0, "policy init --allow-debug")
            claim(b'"debug": true' in read(f"{name}.json"), "says debug")
            is_verdict(run("verify", "--policy", f"{name}.json", "--json", "--report-data", data, "--allow-debug", "--at", SIM_AT, *files, *root, name), 10,
                       "DEBUG", "DebugEnabled")
        else:
            fails(run(*init, "--allow-debug"), 50, "PolicyZeroMeasurement")


def simulated_evidence_of_every_kind_verifies():
    if not sim():
        return
    for product in ("Milan", "Genoa", "Turin"):
        for signer in ("vcek", "vlek"):
            name = f"{product}-{signer}"
            made = run("sim", "evidence", "--root", "root", "--platform", "sev-snp", "--report-data", REPORT_DATA, "--product", product, "--signer", signer,
                       "-o", name)
            same(made.code, 0, name)
            command = shlex.split(made.text.split("next: ", 1)[1])
            same(command[0], "anchorhold", "a command to paste")
            is_verdict(run(*command[1:], "--json"), 0, "SIMULATED")
    same(run("sim", "evidence", "--root", "root", "--platform", "nitro", "--report-data", HELLO, "-o", "-", "--at", SIM_AT).code, 0, "-o -")
    for args, error, part in [
        (["--platform", "tdx", "--report-data", HELLO, "-o", "x"], "InvalidArgument", ""),
        (["--platform", "nitro", "-o", "x"], "UsageError", "--report-data is missing"),
        (["--platform", "nitro", "--report-data", HELLO], "UsageError", "--output is missing"),
        (["--platform", "sev-snp", "--report-data", HELLO, "-o", "x"], "InvalidArgument", ""),
        (["--platform", "sev-snp", "--report-data", REPORT_DATA, "--product", "Rome", "-o", "x"], "InvalidArgument", "--product"),
        (["--platform", "sev-snp", "--report-data", REPORT_DATA, "--signer", "ark", "-o", "x"], "InvalidArgument", "--signer"),
        (["--platform", "sev-snp", "--report-data", REPORT_DATA, "--nonce", "AAAA", "-o", "x"], "InvalidArgument", "nonce"),
    ]:
        fails(run("sim", "evidence", "--root", "root", *args), 2, error, part)
    claim(not os.path.exists("x"), "nothing was written")
    fails(run("sim", "evidence", "--root", "folder", "--platform", "nitro", "--report-data", HELLO, "-o", "x"), 2, "FileUnreadable")
    fails(run("sim", "init", "root"), 2, "InvalidArgument")
    same(stat.S_IMODE(os.stat("root").st_mode), 0o700, "the folder is closed to others")
    claim(all(stat.S_IMODE(os.stat(f"root/{f}").st_mode) == 0o600 for f in os.listdir("root") if f.endswith(".key")), "and so are the keys")


def policy_init_refuses_what_is_not_genuine():
    altered = bytearray(read(REAL_NITRO))
    altered[0x68] ^= 1
    write("altered", bytes(altered))
    for args, code, error in [
        (["--from", "altered", "--at", REAL_NITRO_AT], 10, "SignatureInvalid"),
        (["--from", REAL_NITRO], 10, "CertificateExpired"),
        (["--from", write("unknown", b"nothing")], 20, "UnsupportedFormat"),
        (["--from", REAL_NITRO, "--at", REAL_NITRO_AT, "--workload", "Not Allowed"], 2, "InvalidArgument"),
    ]:
        fails(run("policy", "init", *args, "-o", "refused.json"), code, error)
        is_error(run("policy", "init", *args, "-o", "refused.json", "--json"), code, error)
        claim(not os.path.exists("refused.json"), "nothing is written")


def a_policy_from_evidence_accepts_that_evidence():
    init = ["policy", "init", "--from", REAL_NITRO, "--at", REAL_NITRO_AT]
    same(run(*init, "-o", "real.json").code, 0, "policy init")
    key = "ac116b22152178636e06d75188c260da10ecd54765d3999bcb579c8f530a9441"
    is_verdict(run("verify", "--json", "--policy", "real.json", "--public-key", key, "--at", REAL_NITRO_AT, REAL_NITRO), 0, "PASS")
    is_verdict(run("verify", "--json", "--policy", "real.json", "--report-data", HELLO, "--at", REAL_NITRO_AT, REAL_NITRO), 10, "FAIL", "ReportDataMismatch")


def policy_lint_and_diff():
    init = ["policy", "init", "--from", REAL_NITRO, "--at", REAL_NITRO_AT]
    run(*init, "-o", "a.json")
    run(*init, "--workload", "other", "-o", "b.json")
    lint = run("policy", "lint", "a.json")
    same(lint.code, 0, "lint")
    claim(lint.text.startswith("valid  a.json"), "lint says valid")
    same(run("policy", "lint", "--json", "a.json").json()["schema"], "anchorhold.policy-lint/v1", "schema")
    same(run("policy", "lint", "-", stdin=read("a.json")).code, 0, "standard input")
    same((run("policy", "diff", "a.json", "a.json").code, run("policy", "diff", "a.json", "a.json").out), (0, b""), "the same")
    different = run("policy", "diff", "a.json", "b.json")
    same((different.code, different.text), (0, "~ workload: unnamed -> other\n"), "another workload")
    same(run("policy", "diff", "--exit-code", "a.json", "b.json").code, 1, "--exit-code with a difference")
    same(run("policy", "diff", "--exit-code", "a.json", "a.json").code, 0, "--exit-code without one")
    same(run("policy", "diff", "--json", "a.json", "b.json").json()["differences"], ["~ workload: unnamed -> other"], "JSON")
    fails(run("policy", "diff", "a.json", write("broken.json", b"[]")), 50, "PolicyMalformed")


# -- What this release does not judge --

def a_chain_stands_beside_sev_snp_alone():
    """A Nitro document and a quote carry their own: what would be ignored is refused."""
    if not sim():
        return
    for platform in ("nitro", "tdx"):
        fails(run(*GENUINE, "--platform", platform, "--chain", "sim.bin.chain.pem", "sim.bin"), 2, "UsageError", f"--chain is for sev-snp; this is {platform}")
    fails(run("policy", "init", "--from", REAL_NITRO, "--at", REAL_NITRO_AT, "--chain", "sim.bin.chain.pem"), 2, "UsageError", "--chain is for sev-snp")


def instance_events_are_of_nitro_and_bound_by_themselves():
    if not sim():
        return
    same(run("sim", "event", "--root", "root", "--at", SIM_AT, "-o", "own.json").code, 0, "sim event")
    root = ["--at", SIM_AT, "--simulated-root", "root/nitro-root.der", "--allow-simulated"]
    same(run("policy", "init", "--from", "own.json", *root, "-o", "own-policy.json").code, 0, "policy init")
    ask = ["verify", "--policy", "own-policy.json", *root, "own.json"]
    fails(run(*ask, "--no-binding"), 2, "UsageError", "--no-binding: an instance event is bound by its own key")
    fails(run(*ask, "--public-key", "0011"), 2, "InvalidArgument", "--public-key is an x-only key of 32 bytes")
    other = run(*ask, "--platform", "tdx")
    claim(other.code == 20 and "--platform, leave it out" in other.text, f"another platform: {other.text}")


def files_of_tdx_stand_beside_tdx_alone():
    write("collateral", b"{}")
    fails(run(*GENUINE, "--collateral", "collateral", REAL_NITRO), 2, "UsageError", "--collateral is for tdx")
    fails(run(*GENUINE, "--event-log", "collateral", REAL_NITRO), 2, "UsageError", "--event-log is for tdx")
    if sim():
        fails(run(*GENUINE, "--vek", "sim.bin.vek.der", REAL_NITRO), 2, "UsageError", "--vek is for sev-snp")
    write("tdx", b"\x04\x00\x02\x00\x81\x00\x00\x00" + bytes(1024))
    is_verdict(run(*GENUINE, "--json", "tdx"), 30, "MALFORMED", "FieldOutOfRange")
    same(run("inspect", "tdx").code, 30, "inspect")


def a_simulated_quote_is_judged_with_its_files():
    if not sim():
        return
    same(run("sim", "evidence", "--root", "root", "--platform", "tdx", "--report-data", REPORT_DATA, "--at", SIM_AT, "-o", "quote.bin").code, 0, "sim evidence")
    genuine = ["verify", "--genuine-only", "--json", "--at", SIM_AT, "--simulated-root", "root/tdx-root.der", "--allow-simulated"]
    files = ["--collateral", "quote.bin.collateral.json", "--event-log", "quote.bin.event-log.json"]
    is_verdict(run(*genuine, *files, "quote.bin"), 0, "SIMULATED")
    is_error(run(*genuine, "--event-log", write("empty", b""), "quote.bin"), 30, "EventLogMalformed")
    is_error(run(*genuine, "--collateral", "empty", "quote.bin"), 2, "InvalidArgument")
    is_error(run(*genuine, "--event-log", write("large", b"x" * (1024 * 1024 + 1)), "quote.bin"), 30, "TooLarge")
    is_error(run(*genuine, "--state", "-", "quote.bin"), 2, "InvalidArgument")
    os.mkdir("states")
    is_verdict(run(*genuine, *files, "--state", "states/real", "quote.bin"), 0, "SIMULATED")
    os.symlink("real", "states/link")
    is_verdict(run(*genuine, *files, "--state", "states/link", "quote.bin"), 0, "SIMULATED")
    claim(os.path.islink("states/link") and not os.path.exists("states/link.lock"), "a link and its file are one state with one lock")


def an_intermediate_of_the_same_name_does_no_harm():
    """AMD has issued SEV-Genoa anew: a file may hold the old one too, in any order. The one that signed the VEK is taken."""
    if not sim():
        return
    same(run("sim", "init", "root-of-another").code, 0, "sim init")
    same(run("sim", "evidence", "--root", "root-of-another", "--platform", "sev-snp", "--report-data", REPORT_DATA, "--at", SIM_AT, "-o", "another.bin").code, 0, "sim evidence")
    own, stranger = read("sim.bin.chain.pem"), read("another.bin.chain.pem")
    for name, chain in [("first", stranger + own), ("last", own + stranger)]:
        is_verdict(run("verify", "--genuine-only", "--json", "--at", SIM_AT, "--vek", "sim.bin.vek.der", "--chain", write(name, chain), *SNP_ROOT, "sim.bin"), 0, "SIMULATED")
    is_verdict(run("verify", "--genuine-only", "--json", "--at", SIM_AT, "--vek", "another.bin.vek.der", "--chain", "first", *SNP_ROOT, "another.bin"), 10, "FAIL",
               "RootUntrusted")


# -- make demo --

def the_demo_does_what_it_shows():
    if sim():
        p = subprocess.run([os.path.join(ROOT, "tools/demo"), os.path.dirname(ANCHORHOLD)], capture_output=True, cwd=ROOT)
        same((p.returncode, p.stderr), (0, b""), "tools/demo")
        for line in (b"GENUINE  ", b"SIMULATED  ", b"ReportDataMismatch (602)"):
            claim(line in p.stdout, f"{line!r} is shown")


CASES = [
    exit_code_0_genuine_document, exit_code_1_output_cannot_be_written, exit_code_1_reader_went_away, exit_code_2_usage, exit_code_10_refused,
    exit_code_20_unsupported, exit_code_30_malformed, exit_code_40_endorsement_missing, exit_code_50_policy_invalid, usage_errors_name_what_is_wrong,
    values_are_checked_with_the_name_of_their_option, a_policy_without_binding_is_refused, options_may_stand_anywhere_and_take_either_form, help_and_version,
    every_help_has_examples_and_they_work, quiet_prints_nothing, colours_on_a_terminal_alone, evidence_as_binary_hex_base64_and_from_standard_input,
    standard_input_serves_one_argument, a_pipe_with_a_name_is_a_file, every_file_argument_is_checked, garbage_in_endorsement_files_has_its_own_error,
    a_file_of_1_gib_is_refused_by_its_size, an_endless_stream_is_refused_after_its_limit, memory_stays_small, verdicts_are_the_same_bytes_every_time,
    files_are_written_whole_or_not_at_all, a_closed_standard_output_never_gets_into_a_file, explain_knows_every_error_and_check,
    inspect_says_unverified_and_names_bytes, no_control_character_leaves_the_program, inspect_shows_a_broken_structure_as_far_as_it_holds,
    inspect_knows_certificates_crls_tables_and_policies, inspect_shows_event_logs, inspect_shows_quotes_that_do_not_hold, policy_and_binding, debug_evidence_is_never_accepted, simulated_evidence_of_every_kind_verifies,
    policy_init_refuses_what_is_not_genuine, a_policy_from_evidence_accepts_that_evidence, policy_lint_and_diff, a_chain_stands_beside_sev_snp_alone,
    instance_events_are_of_nitro_and_bound_by_themselves, files_of_tdx_stand_beside_tdx_alone,
    a_simulated_quote_is_judged_with_its_files, an_intermediate_of_the_same_name_does_no_harm,
    the_demo_does_what_it_shows,
]

runner.main("test_cli", CASES)
