#!/usr/bin/python3 -B
"""What a person meets in every command alike: help, completion, manual pages, --json, --plain, --quiet, no colours; explain and inspect.

Goal: no command and no option is left out of any of them. Method: the list of commands and options is read from `anchorhold help`, a table says how
each command succeeds and fails (a command without a row fails the test); completions are asked of bash, zsh and fish themselves, manual pages of groff
and mandoc; shells and tools that are not there are skipped."""
import base64
import json
import os
import pty
import re
import select
import shutil
import subprocess
import time

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

import runner
from runner import ANCHORHOLD, REAL_NITRO, REAL_NITRO_AT, ROOT, claim, read, run, same, skip, write

AT = "2026-06-01T12:00:00Z"
HELLO = "68656c6c6f"
NITRO_ROOT = ["--simulated-root", "root/nitro-root.der", "--allow-simulated"]
scene_is_made = None


def commands():
    section = run("help").text.split("commands:\n", 1)[1].split("\n\n", 1)[0]
    return [name for name in (line[2:20].strip() for line in section.splitlines()) if name != "help"]


def help_of(name):
    return run("help", *name.split()).text


def options_of(name):
    """{long name: (letter or None, value or None)} as --help shows them."""
    section = help_of(name).split("\noptions:\n", 1)[1].split("\n\nexamples:", 1)[0]
    rows = re.findall(r"^  (?:-(\w), )?--([\w-]+)(?: (\S+))?", section, re.M)
    # What stands one space behind the name is the value; behind more than one it is the help.
    found = {}
    for letter, option, _ in rows:
        value = re.search(rf"^  (?:-\w, )?--{option}(?: (\S+))?(?:  |$)", section, re.M).group(1)
        found[option] = (letter or None, value)
    return found


def has_sim():
    return "sim init" in commands()


def scene():
    """Evidence, policy, keys, bundle and the like in the scratch folder, made once; what needs the simulated platform only with it."""
    global scene_is_made
    if scene_is_made:
        return
    scene_is_made = True
    same(run("bundle", "keygen", "-o", "release.key").code, 0, "bundle keygen")
    seen = ["policy", "init", "--from", REAL_NITRO, "--at", REAL_NITRO_AT, "--workload", "demo"]
    same(run(*seen, "-o", "real.json").code, 0, "policy init")
    same(run("bundle", "sign", "--key", "release.key", "--at", REAL_NITRO_AT, "-o", "bundle.jws", "real.json").code, 0, "bundle sign")
    same(run("manifest", "sign", "--key", "release.key", "--workload", "demo", "--version", "v1", "-o", "manifest.jws").code, 0, "manifest sign")
    same(run("verify", "--policy", "real.json", "--no-binding", "--at", REAL_NITRO_AT, "--save", "saved.json", REAL_NITRO).code, 10, "verify --save")
    os.makedirs("empty", exist_ok=True)
    if not has_sim():
        return
    shared = os.environ.get("AH_SIM_DIR", "")
    if os.path.exists(os.path.join(shared, "tdx-root.der")):
        os.symlink(shared, "root")
    else:
        same(run("sim", "init", "root").code, 0, "sim init")
    evidence = ["sim", "evidence", "--root", "root", "--platform", "nitro", "--report-data", HELLO, "--at", AT, "-o", "sim.cose"]
    same(run(*evidence).code, 0, "sim evidence")
    same(run("policy", "init", "--from", "sim.cose", *NITRO_ROOT, "--at", AT, "--workload", "demo", "-o", "sim.json").code, 0, "policy init of simulated evidence")
    same(run("verify", "--policy", "sim.json", "--report-data", HELLO, "--at", AT, *NITRO_ROOT, "--pin", "pin.json", "sim.cose").code, 0, "verify --pin")
    same(run("sim", "envelope", "--root", "root", "--platform", "nitro", "--purpose", "tls", "--role", "server", "--spki", "07" * 32, "--workload", "demo", "--at",
             AT, "-o", "envelope.json").code, 0, "sim envelope")
    same(run("sim", "event", "--root", "root", "--at", AT, "-o", "event.json").code, 0, "sim event")


ROOTS = ["--release-root", "release.pub", "--workload", "demo"]
# How each command succeeds, and how it fails. NEW stands for a name that does not exist yet; None: only with a server, which tests of its own have.
WAYS = {
    "verify": (["--genuine-only", "--at", REAL_NITRO_AT, REAL_NITRO], ["--genuine-only", REAL_NITRO]),
    "inspect": ([REAL_NITRO], ["absent"]),
    "explain": (["UNBOUND"], ["nothing"]),
    "policy init": (["--from", REAL_NITRO, "--at", REAL_NITRO_AT, "-o", "NEW"], ["--from", REAL_NITRO]),
    "policy lint": (["--at", REAL_NITRO_AT, "real.json"], ["absent"]),
    "policy diff": (["real.json", "real.json"], ["real.json", "absent"]),
    "collateral fetch": (None, ["--product", "Genoa", "--kds-url", "http://127.0.0.1"]),
    "collateral import": (None, ["absent"]),
    "collateral list": (["--cache", "empty"], ["extra"]),
    "bundle keygen": (["-o", "NEW"], ["-o", "absent/key"]),
    "bundle sign": (["--key", "release.key", "--at", REAL_NITRO_AT, "-o", "NEW", "real.json"], ["--key", "absent", "real.json"]),
    "bundle verify": ([*ROOTS, "--at", REAL_NITRO_AT, "bundle.jws"], ["--release-root", "release.pub", "--workload", "other", "--at", REAL_NITRO_AT, "bundle.jws"]),
    "bundle show": (["bundle.jws"], ["real.json"]),
    "bundle fetch": (None, [*ROOTS, "http://127.0.0.1/"]),
    "manifest sign": (["--key", "release.key", "--workload", "demo", "--version", "v1", "-o", "NEW"], ["--key", "release.pub", "--workload", "demo", "--version", "v1"]),
    "manifest verify": (["--key", "release.pub", "manifest.jws"], ["--key", "release.pub", "bundle.jws"]),
    "conformance": (["--capabilities"], ["extra"]),
    "completion": (["bash"], ["tcsh"]),
    "man": (["verify"], ["nothing"]),
    "sim init": (["NEW"], ["root"]),
    "sim evidence": (["--root", "root", "--platform", "nitro", "--report-data", HELLO, "-o", "NEW"], ["--root", "absent", "--platform", "nitro"]),
    "sim envelope": (["--root", "root", "--platform", "nitro", "--purpose", "oak", "--role", "client", "--workload", "demo", "-o", "NEW"], ["--root", "absent"]),
    "sim event": (["--root", "root", "-o", "NEW"], ["--root", "absent", "-o", "NEW"]),
}
# Making roots takes seconds.
SLOW = ["sim init"]
news = 0


def way(name, success):
    """The whole command line; None when it cannot be had here."""
    global news
    args = WAYS[name][0 if success else 1]
    if args is None:
        return None
    news += 1
    return [*name.split(), *(f"new{news}" if a == "NEW" else a for a in args)]


def every_command_has_a_row_in_the_table():
    known = commands()
    same(sorted(known), sorted(n for n in WAYS if has_sim() or not n.startswith("sim")), "commands")


def every_help_has_an_example_of_its_own_command():
    for name in commands():
        text = help_of(name)
        claim(text.startswith(f"anchorhold {name} - ") and f"\nusage: anchorhold {name} " in text, f"help of {name}")
        examples = [line.strip() for line in text.split("\nexamples:\n", 1)[1].splitlines() if line.strip()]
        claim(examples and all(f"anchorhold {name}" in e for e in examples), f"examples of {name}: {examples}")
        same(run(*name.split(), "--help").out, text.encode(), f"{name} --help")
        for line in text.split("\noptions:\n", 1)[1].split("\nexamples:\n", 1)[0].splitlines():
            claim(len(line) <= 125, f"a line of the options of {name} has {len(line)} columns")


def json_is_one_object_on_success_and_on_failure():
    scene()
    for name in commands():
        args = way(name, True)
        if args is not None:
            result = run(*args, "--json")
            same((result.code, result.err), (0, b""), f"{name}: exit code, standard error")
            value = result.json()
            claim(isinstance(value, dict) and ("schema" in value), f"{name}: an object with a schema")
        result = run(*way(name, False), "--json")
        claim(result.code not in (0, 1) and result.err == b"", f"{name} fails: {result.code} {result.err!r}")
        value = result.json()
        claim(isinstance(value, dict) and value["schema"] and value["error"]["name"] and value["error"]["next_step"], f"{name}: the error in JSON")
        same(value.get("exit_code", result.code), result.code, f"{name}: exit_code")


def quiet_prints_nothing_and_keeps_the_exit_code():
    scene()
    for name in commands():
        for success in (True, False):
            args = way(name, success)
            if args is None or (name in SLOW and success):
                continue
            loud = run(*args)
            for flag in ("--quiet", "-q"):
                quiet = run(*way(name, success), flag)
                same((quiet.code, quiet.out, quiet.err), (loud.code, b"", b""), f"{name} {flag}")
        if success is False:
            claim(loud.err.startswith(b"anchorhold: ") or loud.out, f"{name}: a failure says something")


def success_says_nothing_on_standard_error():
    scene()
    for name in commands():
        args = way(name, True)
        if args is not None and name not in SLOW:
            result = run(*args)
            same((result.code, result.err), (0, b""), f"{name}: exit code, standard error")


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
        skip("no pseudo-terminal to be had")
        return False
    return True


def no_colour_where_none_is_wanted():
    if not has_terminals():
        return
    scene()
    env = dict(runner.PLAIN_ENV, TERM="xterm")
    claim(b"\x1b[" in in_terminal(["verify", *WAYS["verify"][0]], env), "a terminal gets colours")
    for name in commands():
        for success in (True, False):
            if name in SLOW and success or way(name, success) is None:
                continue
            claim(b"\x1b" not in in_terminal(way(name, success), dict(env, NO_COLOR="1")), f"{name}: NO_COLOR")
            claim(b"\x1b" not in in_terminal([*way(name, success), "--no-color"], env), f"{name}: --no-color")
            claim(b"\x1b" not in in_terminal([*way(name, success), "--plain"], env), f"{name}: --plain")
        claim(b"\x1b" not in in_terminal([*name.split(), "--help"], env), f"{name}: --help")


# -- Plain --

def plain_lines(*args, code=0):
    result = run(*args, "--plain")
    same((result.code, result.err), (code, b""), f"{args}: exit code, standard error")
    claim(not [c for c in result.out if (c < 0x20 and c not in b"\t\n") or c >= 0x7f], f"{args}: tabs, line feeds and printable ASCII alone")
    return [line.split("\t") for line in result.text.splitlines()]


def plain_works_with_every_command_and_excludes_json():
    scene()
    for name in commands():
        if way(name, True) is not None and name not in SLOW:
            same(run(*way(name, True), "--plain").code, 0, f"{name} --plain")
        both = run(*way(name, False), "--plain", "--json")
        same((both.code, both.json()["error"]["name"]), (2, "UsageError"), f"{name} --plain --json")


def flat(value, path=""):
    """What plain lines say of an object: (path, text) of each innermost value."""
    if isinstance(value, dict):
        return [pair for key in value for pair in flat(value[key], f"{path}.{key}" if path else key)]
    if isinstance(value, list):
        return [pair for i, item in enumerate(value) for pair in flat(item, f"{path}[{i}]")]
    return [(path, value if isinstance(value, str) else json.dumps(value))]


def plain_verdict_says_what_the_json_says():
    for extra, code in ((["--at", REAL_NITRO_AT], 0), ([], 10)):
        args = ["verify", "--genuine-only", *extra, REAL_NITRO]
        value = run(*args, "--json").json()
        lines = plain_lines(*args, code=code)
        one = {line[0]: line[1:] for line in lines if line[0] not in ("row", "claim", "trust")}
        same(one["result"], [value["result"]], "result")
        same(one["exit_code"], [str(code)], "exit code")
        same(one["file"], [REAL_NITRO], "file")
        same(one["platform"], ["nitro"], "platform")
        same(one["expiry"], [value["expiry"] or ""], "expiry")
        if code == 0:
            same((one.get("error"), one.get("next")), (None, None), "no error")
            same(one["verified_at"], [REAL_NITRO_AT], "time")
        else:
            error = value["error"]
            same((one["error"], one["next"]), ([error["name"], str(error["code"]), error["detail"]], [error["next_step"]]), "error")
        rows = [[r["id"], r["status"], r.get("error") or "", r.get("got") or "", r.get("wanted") or ""] for r in value["rows"]]
        plain = [line[1:6] for line in lines if line[0] == "row"]
        same([r[:2] for r in plain], [r[:2] for r in rows], "rows")
        claim(all(len(line) == 9 for line in lines if line[0] == "row"), "a row has nine fields")
        for member, kind in (("claims", "claim"), ("trust", "trust")):
            same([tuple(line[1:]) for line in lines if line[0] == kind], flat(value[member] or {}), f"{kind} lines")
    write("a\tb\n.cose", read(REAL_NITRO))
    lines = plain_lines("verify", "--genuine-only", "--at", REAL_NITRO_AT, "a\tb\n.cose")
    claim(["file", "a\\x09b\\x0a.cose"] in lines, "a tab in a name is escaped")


def plain_listings_say_what_the_json_says():
    value = run("inspect", "--json", REAL_NITRO).json()
    lines = plain_lines("inspect", REAL_NITRO)
    same(lines[:4], [["verified", "no"], ["file", REAL_NITRO], ["kind", value["kind"]], ["size", str(value["size"])]], "first lines")
    rows = [["row", str(r.get("off", "")), str(r.get("len", "")), str(r["depth"]), r["label"], r["value"], r.get("hex", "")] for r in value["rows"]]
    same(lines[4:], rows, "rows")
    broken = plain_lines("inspect", "--platform", "nitro", write("cut", read(REAL_NITRO)[:900]), code=30)
    same(broken[-1][:2], ["error", "Truncated"], "where it ends")
    scene()
    notes = run("policy", "lint", "--json", "--at", REAL_NITRO_AT, "real.json").json()["notes"]
    same(plain_lines("policy", "lint", "--at", REAL_NITRO_AT, "real.json"),
         [["result", "valid"], ["file", "real.json"]] + [["note", n["id"], n["path"], n["text"]] for n in notes], "policy lint")
    same(plain_lines("collateral", "list", "--cache", "empty"), [], "an empty cache")
    same(plain_lines("explain", "601")[0][:4], ["error", "TCBBelowFloor", "601", "10"], "explain")


# -- explain --

def explain_knows_every_word_of_an_answer():
    errors = re.findall(r'^AH_ERROR\((\d+), \w+, "(\w+)"', read(os.path.join(ROOT, "include/anchorhold/errors.def")).decode(), re.M)
    checks = re.findall(r'^AH_CHECK\(\w+,\s*"([\w.]+)"', read(os.path.join(ROOT, "include/anchorhold/checks.def")).decode(), re.M)
    source = read(os.path.join(ROOT, "src/policy/verdict.c")).decode() + read(os.path.join(ROOT, "src/policy/verdict_json.c")).decode()
    results = sorted(set(re.findall(r'case AH_RESULT_\w+: return "(\w+)"', source)))
    if not results:
        results = ["DEBUG", "FAIL", "GENUINE", "MALFORMED", "PASS", "SIMULATED", "UNBOUND", "UNSUPPORTED"]
    same(len(results), 8, "results")
    document = read(os.path.join(ROOT, "docs/exit-codes.md")).decode()
    codes = sorted({int(c) for c in re.findall(r"^\| [a-z ]+ \| [\d-]+ \| (\d+) \|", document, re.M)})
    same(codes, [0, 1, 2, 10, 20, 30, 40, 50], "exit codes of the document")
    words = [name for _, name in errors] + checks + results + [f"exit-{c}" for c in codes]
    table, everything = run("explain").text, run("explain", "--all").text
    for word in words:
        one = run("explain", word)
        same(one.code, 0, f"explain {word}")
        claim(one.text in everything, f"explain --all has the text of {word}")
        claim(f" {word} " in table or f" {word}\n" in table, f"the list has {word}")
        claim("next" in one.text or "several errors" in one.text, f"{word} has a next step")
    same(run("explain", "--json").json()["results"][0].keys(), {"accepted", "exit_codes", "meaning", "name", "next_step"}, "members of a result")
    same([r["name"] for r in run("explain", "--json", "UNBOUND").json()["results"]], ["UNBOUND"], "JSON of one result")
    same([r["code"] for r in run("explain", "--json", "exit-10").json()["exit_codes"]], [10], "JSON of one exit code")
    same(run("explain", "10").out, run("explain", "exit-10").out, "a number that is no error is an exit code")
    claim(run("explain", "1").text.startswith("OutOfMemory (1)"), "a number that is an error is the error")
    claim("did you mean GENUINE?" in run("explain", "GENUINEE").errors, "a slip of the finger")
    same(run("explain", "--all", "601").code, 2, "--all and a name")


# -- Completion --

def bash_answers(lines):
    """{line: words}, the words as bash splits them: name=value is three."""
    script = ["source <(\"$1\" completion bash) || exit 1", "compopt() { echo \"compopt $*\"; }",
              "ask() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); echo =; _anchorhold; printf '%s\\n' \"${COMPREPLY[@]}\"; }"]
    for line in lines:
        words = re.findall(r"=|[^\s=]+", line) + ([""] if line.endswith((" ",)) else [])
        script.append("ask " + " ".join(f"'{w}'" for w in words))
    p = subprocess.run(["bash", "--norc", "-c", "\n".join(script), "bash", ANCHORHOLD], capture_output=True, text=True, timeout=60)
    same((p.returncode, p.stderr), (0, ""), "bash")
    return {line: set(part.split("\n")) - {""} for line, part in zip(lines, re.split(r"(?m)^=$", p.stdout)[1:])}


def fish_answers(lines):
    script = ["$argv[1] completion fish | source; or exit 1"] + [f"echo =; complete -C '{line}'" for line in lines]
    home = os.path.abspath("fish-home")
    os.makedirs(home, exist_ok=True)
    env = dict(runner.PLAIN_ENV, HOME=home, XDG_CONFIG_HOME=home, XDG_DATA_HOME=home, XDG_CACHE_HOME=home, TERM="dumb")
    p = subprocess.run(["fish", "--no-config", "-c", "\n".join(script), ANCHORHOLD], capture_output=True, text=True, env=env, timeout=120)
    same((p.returncode, p.stderr), (0, ""), "fish")
    answers = re.split(r"(?m)^=$", p.stdout)[1:]
    return {line: {row.split("\t")[0] for row in part.split("\n")} - {""} for line, part in zip(lines, answers)}


ZSH_SETUP = r"""
PS1=
fpath=($PWD/zsh-functions $fpath)
autoload -Uz compinit
compinit -u -D
compadd() {
	if [[ ${@[(I)-[OAD]]} -ne 0 ]]; then
		builtin compadd "$@"
		return
	fi
	local -a hits
	builtin compadd -O hits "$@"
	print -rl -- $hits >> zsh-hits
	builtin compadd "$@"
}
capture() {
	_main_complete
	compstate[insert]='' compstate[list]=''
	print -r -- = >> zsh-hits
}
zle -C capture complete-word capture
bindkey '^I' capture
bindkey '^U' kill-whole-line
"""


def wait_for(path, text, fd):
    """The file's content once it ends with text; what the terminal prints meanwhile is read away."""
    for _ in range(600):
        if os.path.exists(path) and read(path).decode().endswith(text):
            return read(path).decode()
        if select.select([fd], [], [], 0.02)[0]:
            try:
                os.read(fd, 65536)
            except OSError:
                break
    claim(False, f"zsh did not answer: {read(path) if os.path.exists(path) else 'nothing'!r}")
    return ""


def zsh_answers(lines):
    """Ask a zsh on a terminal: a key that completes writes its candidates to a file."""
    os.makedirs("zsh-functions", exist_ok=True)
    write("zsh-functions/_anchorhold", run("completion", "zsh").out)
    write("zsh-setup", ZSH_SETUP + "print ready > zsh-ready\n")
    pid, fd = pty.fork()
    if pid == 0:
        os.execvpe("zsh", ["zsh", "-f", "-i"], dict(runner.PLAIN_ENV, TERM="dumb", HOME=os.getcwd()))
    answers = {}
    os.write(fd, b"source ./zsh-setup\n")
    if wait_for("zsh-ready", "ready\n", fd):
        for line in lines:
            write("zsh-hits", b"")
            os.write(fd, line.encode() + b"\t")
            answers[line] = set(wait_for("zsh-hits", "=\n", fd).split("\n")) - {"", "="}
            os.write(fd, b"\x15")
    os.write(fd, b"exit\n")
    time.sleep(0.1)
    os.close(fd)
    os.waitpid(pid, 0)
    return answers


def check_shell(ask):
    """The same questions to each shell: every command, every option, every word."""
    known = commands()
    first = {name.split()[0] for name in known}
    groups = {group: {n.split()[1] for n in known if n.startswith(group + " ")} for group in {n.split()[0] for n in known if " " in n}}
    wanted = {"anchorhold ": first | {"help"}, "anchorhold ver": {"verify"}, "anchorhold help ": first, "anchorhold completion ": {"bash", "zsh", "fish"},
              "anchorhold man policy-i": {"policy-init"}, "anchorhold explain TCBBelowF": {"TCBBelowFloor"}, "anchorhold explain UNB": {"UNBOUND"},
              "anchorhold verify --genuine-o": {"--genuine-only"}, "anchorhold verify --at ": set(), "anchorhold nothing ": set()}
    for group, seconds in groups.items():
        wanted[f"anchorhold {group} "] = seconds
        wanted[f"anchorhold help {group} "] = seconds
    values = 0
    for name in known:
        options = options_of(name)
        wanted[f"anchorhold {name} --"] = {f"--{o}" for o in options}
        for option, (_, value) in options.items():
            words = set(value.split("|")) if value and "|" in value and not value[:2].isupper() else None
            if words:
                values += 1
                wanted[f"anchorhold {name} --{option} "] = words
                wanted[f"anchorhold {name} --{option}="] = words
    claim(values >= 10, f"{values} options have words as values")
    answers = ask(list(wanted))
    for line, words in wanted.items():
        got = answers.get(line, set())
        if not line.endswith("--"):  # bash and zsh also offer --help where no word has been typed
            got = {w.split("=", 1)[-1] for w in got if not (w.startswith("-") and "=" not in w and not line.split()[-1].startswith("-"))}
        if line == "anchorhold help ":
            got = got - {"help"}  # zsh has one list of first words
        same(got, words, f"{line!r}")


def check_files(ask, is_bash):
    """Where a file or folder is meant, they are offered; bash leaves that to readline, which knows quoting and ~."""
    os.makedirs("only/sub folder", exist_ok=True)
    write("only/a.json", b"")
    lines = ["anchorhold inspect only/", "anchorhold verify --policy only/", "anchorhold policy init -o only/", "anchorhold verify --cert-table=only/"]
    folders = ["anchorhold sim init only/", "anchorhold collateral list --cache only/"]
    answers = ask(lines + (folders if has_sim() else folders[1:]))
    for line, got in answers.items():
        if is_bash:
            same(got, {"compopt -o dirnames"} if line in folders else {"compopt -o default"}, f"{line!r}")
        else:
            joined = " ".join(got)
            claim("sub" in joined, f"{line!r} offers the folder: {got}")
            claim(("a.json" in joined) == (line in lines), f"{line!r} offers the file only where one is meant: {got}")


def check_given_options(ask):
    line = "anchorhold verify --at 1 --chain a --"
    got = ask([line])[line]
    claim("--at" not in got and "--chain" in got, f"what was given is offered again only when it may repeat: {got}")


def completion_in_bash():
    check_shell(bash_answers)
    check_files(bash_answers, True)
    check_given_options(bash_answers)


def completion_in_zsh():
    if shutil.which("zsh") is None:
        skip("zsh is not installed")
    elif has_terminals():
        check_shell(zsh_answers)
        check_files(zsh_answers, False)
        check_given_options(zsh_answers)


def completion_in_fish():
    if shutil.which("fish") is None:
        skip("fish is not installed")
        return
    check_shell(fish_answers)
    check_files(fish_answers, False)


def completion_of_another_shell_is_refused():
    result = run("completion", "tcsh")
    same(result.code, 2, "exit code")
    claim("bash, zsh and fish" in result.errors, "says which there are")


# -- Manual pages --

def pages():
    run("man", "--all", "manual")
    return {os.path.relpath(os.path.join(folder, name), "manual"): os.path.join(folder, name) for folder, _, names in os.walk("manual") for name in names}


def every_command_and_option_has_its_place_in_the_manual():
    found = pages()
    names = {f"man1/anchorhold-{name.replace(' ', '-')}.1": name for name in commands()}
    same(sorted(found), sorted([*names, "man1/anchorhold.1", "man7/anchorhold-exit-codes.7"]), "pages")
    for page, name in names.items():
        text = read(found[page]).decode()
        same(run("man", *name.split()).out.decode(), text, f"man {name}")
        same(run("man", name.replace(" ", "-")).out.decode(), text, f"man {name.replace(' ', '-')}")
        for option, (letter, value) in options_of(name).items():
            entry = (f"\\fB\\-{letter}\\fR, " if letter else "") + "\\fB\\-\\-" + option.replace("-", "\\-") + "\\fR"
            entry += f" \\fI{value}\\fR".replace("-", "\\-") if value else ""
            claim(entry.replace("\\\\-", "\\-") + "\n" in text, f"{page} has --{option}")
        for section in ("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "EXAMPLES", "SEE ALSO"):
            claim(f".SH {section}\n" in text, f"{page} has {section}")
    overview, codes = read(found["man1/anchorhold.1"]).decode(), read(found["man7/anchorhold-exit-codes.7"]).decode()
    for name in commands():
        claim(f"\\fB{name}\\fR\n" in overview, f"the overview has {name}")
    for error in run("explain", "--json").json()["errors"]:
        claim(f"\\fB{error['name']}\\fR ({error['code']})\n" in codes, f"anchorhold-exit-codes(7) has {error['name']}")
    same((run("man").out, run("man", "exit-codes").out), (overview.encode(), codes.encode()), "man, man exit-codes")
    claim("did you mean verify?" in run("man", "verfy").errors, "a slip of the finger")
    same(run("man", "--all", "manual", "verify").code, 2, "--all and a name")
    same(run("man", "--all", "absent/deeper").code, 2, "a folder that cannot be made")


def manual_pages_are_without_fault():
    checkers = {"groff": ["groff", "-ww", "-b", "-man", "-Tutf8", "-z"], "man": ["man", "--warnings", "-E", "UTF-8", "-l"], "mandoc": ["mandoc", "-Tlint", "-W", "warning"]}
    found = pages()
    for tool, command in checkers.items():
        if shutil.which(tool) is None:
            skip(f"{tool} is not installed")
            continue
        for page, path in found.items():
            p = subprocess.run([*command, path], capture_output=True, stdin=subprocess.DEVNULL, text=True,
                               env=dict(runner.PLAIN_ENV, MANWIDTH="80", MANROFFSEQ="", PAGER="cat"))
            said = p.stderr + (p.stdout if tool == "mandoc" else "")
            # A page says nothing of the day on which it was made.
            complaints = [line for line in said.splitlines() if line and "missing date" not in line]
            same(complaints, [], f"{tool} {page}")
    if shutil.which("man") is not None:
        p = subprocess.run(["man", "-E", "UTF-8", "-l", found["man1/anchorhold-verify.1"]], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                           env=dict(runner.PLAIN_ENV, MANWIDTH="100", PAGER="cat", LC_ALL="C.UTF-8"))
        claim("--genuine-only" in p.stdout and "anchorhold verify [options]" in p.stdout, "what is read is what can be typed")


# -- inspect --

def token(header, payload, signature=b"s" * 64):
    def part(value):
        return base64.urlsafe_b64encode(value if isinstance(value, bytes) else json.dumps(value).encode()).decode().rstrip("=")
    return f"{part(header)}.{part(payload)}.{part(signature)}"


def inspected(path, code=0):
    result = run("inspect", "--json", path)
    same(result.code, code, f"inspect {path}")
    value = result.json()
    same(value["verified"], False, "verified")
    return value


def rows_of(value):
    return {row["label"]: row["value"] for row in value["rows"]}


def inspect_shows_tokens_and_points_at_what_is_dangerous():
    write("token", token({"alg": "EdDSA", "typ": "JWT", "kid": "k"}, {"sub": "someone", "exp": 1700000000, "n": 1.5}) + "\n")
    value = inspected("token")
    claim(value["kind"].startswith("token (JWS)") and "not verified" in value["kind"], "kind")
    same(value["rows"][0]["label"], "verified", "that nothing was verified stands first")
    rows = rows_of(value)
    same((rows["alg"], rows["sub"], rows["n"], rows["exp as a time"]), ('"EdDSA"', '"someone"', "1.5", "2023-11-14T22:13:20Z"), "members")
    same("warning" in rows, False, "nothing dangerous in it")
    same([r["value"] for r in value["rows"] if r["label"] == "bytes"], ["64 " + (b"s" * 64).hex()], "signature")
    text = run("inspect", "token").text
    claim(text.startswith("UNVERIFIED  token  token (JWS)"), "the first word")
    for header, part in [({"alg": "none"}, "alg none"), ({"alg": "nOnE"}, "alg none"), ({"alg": "HS256"}, "alg HS"), ({"alg": "RS256"}, "alg is not EdDSA"), ({}, "no alg"),
                         ({"alg": "EdDSA", "jwk": {"kty": "OKP"}}, "jwk brings"), ({"alg": "EdDSA", "jku": "https://x"}, "jku names"),
                         ({"alg": "EdDSA", "x5c": ["MA=="]}, "x5c brings"), ({"alg": "EdDSA", "x5u": "u"}, "x5u names"), ({"alg": "EdDSA", "crit": ["exp"]}, "crit demands"),
                         ({"alg": "EdDSA", "b64": False}, "b64 RFC 7797"), ({"alg": "EdDSA", "zip": "DEF"}, "zip the payload")]:
        value = inspected(write("token", token(header, {"a": 1})))
        claim(any(r["label"] == "warning" and r["value"].startswith(part) for r in value["rows"]), f"{header}: {part!r} is pointed out")
    unsigned = inspected(write("token", token({"alg": "none"}, {"a": 1}, b"")), 30)
    claim(any("alg none" in r["value"] for r in unsigned["rows"]) and unsigned["error"]["detail"] == "signature: empty", "a token without signature is shown")
    value = inspected(write("token", token({"alg": "EdDSA"}, b"\xff\x00")))
    claim(any(r["label"] == "bytes, no JSON" and "ff00" in r["value"] for r in value["rows"]), "a payload that is no JSON")
    inspected(write("token", token({"alg": "EdDSA"}, {"a": 1}) + "="), 30)
    same(inspected(write("token", "eyJ9.e30.c2ln"), 30)["error"]["name"], "JsonMalformed", "a header that is no JSON")
    evil = run("inspect", write("token", token({"alg": "EdDSA", "kid": "\x1b[2J\u202e"}, {"\x1b[1m": "\x07"}))).out
    claim(not [c for c in evil if (c < 0x20 and c != 0x0a) or c >= 0x7f], "no control character leaves")


def inspect_knows_every_document_of_ours():
    scene()
    kinds = {"bundle.jws": "trust bundle (JWS)", "manifest.jws": "workload manifest (JWS)", "real.json": "policy (", "saved.json": "saved bundle (", "release.pub": "PEM"}
    if has_sim():
        kinds.update({"pin.json": "pin (", "envelope.json": "attestation envelope", "event.json": "nostr event"})
    for path, kind in kinds.items():
        value = inspected(path)
        claim(value["kind"].startswith(kind) and value["error"] is None and len(value["rows"]) > 2, f"{path} is {kind}: {value['kind']} {value['error']}")
    rows = rows_of(inspected("bundle.jws"))
    same((rows["typ"], rows["workload"]), ('"anchorhold-trust-bundle+jwt"', '"demo"'), "a bundle's header and payload")
    saved = rows_of(inspected("saved.json"))
    claim(saved["evidence_b64"].endswith(" characters"), "evidence is told by its length")
    same(inspected(write("no-saved.json", b'{"schema":"anchorhold.saved/v1"}'), 30)["error"]["name"], "SavedBundleMalformed", "a saved bundle that does not load")
    same(inspected(write("no-pin.json", b'{"schema":"anchorhold.pin/v1"}'), 50)["error"]["name"], "PinInvalid", "a pin that does not load")
    bad = token({"alg": "EdDSA", "kid": "k", "typ": "anchorhold-trust-bundle+jwt"}, {"schema": "anchorhold.trust-bundle/v1"})
    same(inspected(write("bad.jws", bad), 50)["error"]["name"], "PolicyMissingMember", "a bundle with a policy that does not load")
    with open("large.json", "wb") as f:
        f.write(b'{"schema":"anchorhold.pin/v1","a":"' + b"a" * (1 << 20) + b'"}')
    same(run("inspect", "--json", "large.json").json()["error"]["name"], "TooLarge", "only saved bundles may be larger than evidence")


def a_private_key_is_recognised_and_not_shown():
    raw, pkcs8, traditional = serialization.Encoding.Raw, serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL
    pem, der, plain = serialization.Encoding.PEM, serialization.Encoding.DER, serialization.NoEncryption()
    ed, curve, large = ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)
    secret = {"ed": ed.private_bytes(raw, serialization.PrivateFormat.Raw, plain), "ec": curve.private_numbers().private_value.to_bytes(32, "big"),
              "rsa": large.private_numbers().d.to_bytes(256, "big")}
    files = {"ed-pkcs8": ("ed", ed, pkcs8), "ec-pkcs8": ("ec", curve, pkcs8), "ec-sec1": ("ec", curve, traditional), "rsa-pkcs1": ("rsa", large, traditional)}
    for name, (which, key, form) in files.items():
        binary = key.private_bytes(der, form, plain)
        public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
        for suffix, data in (("pem", key.private_bytes(pem, form, plain)), ("der", binary), ("hex", binary.hex().encode()), ("b64", base64.b64encode(binary)),
                             ("both", public + key.private_bytes(pem, form, plain))):
            for extra in ([], ["--json"], ["--plain"]):
                result = run("inspect", *extra, write(f"{name}.{suffix}", data))
                same(result.code, 0, f"{name}.{suffix} {extra}")
                claim("private key" in result.text and "not shown" in result.text, f"{name}.{suffix} {extra} is recognised")
                hidden = secret[which][-16:].hex(), base64.b64encode(secret[which]).decode()[4:24]
                claim(not any(h in result.text for h in hidden), f"{name}.{suffix} {extra} shows nothing of it")
    value = inspected(write("pub.pem", ed.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)))
    key = [r for r in value["rows"] if r["label"] == "key"]
    same(key[0]["hex"], ed.public_key().public_bytes(raw, serialization.PublicFormat.Raw).hex(), "a public key is shown")
    same(rows_of(value)["algorithm"], "Ed25519", "and what it is of")


runner.main("test_friendly", [
    every_command_has_a_row_in_the_table,
    every_help_has_an_example_of_its_own_command,
    json_is_one_object_on_success_and_on_failure,
    quiet_prints_nothing_and_keeps_the_exit_code,
    success_says_nothing_on_standard_error,
    no_colour_where_none_is_wanted,
    plain_works_with_every_command_and_excludes_json,
    plain_verdict_says_what_the_json_says,
    plain_listings_say_what_the_json_says,
    explain_knows_every_word_of_an_answer,
    completion_in_bash,
    completion_in_zsh,
    completion_in_fish,
    completion_of_another_shell_is_refused,
    every_command_and_option_has_its_place_in_the_manual,
    manual_pages_are_without_fault,
    inspect_shows_tokens_and_points_at_what_is_dangerous,
    inspect_knows_every_document_of_ours,
    a_private_key_is_recognised_and_not_shown,
])
