"""What the check tools share: count claims, print those that do not hold, end with the line that tools/run-tests adds up."""
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Report:
    def __init__(self, name):
        self.name, self.passed, self.failed, self.skipped = name, 0, 0, 0

    def claim(self, holds, text):
        """One claim about the tree. Says so only when it does not hold."""
        if holds:
            self.passed += 1
        else:
            self.failed += 1
            print(f"  {text}")
        return bool(holds)

    def none_of(self, findings, claim):
        """One claim that holds when there is no finding; every finding is printed."""
        findings = list(findings)
        for finding in findings:
            print(f"  {finding}")
        return self.claim(not findings, f"not so: {claim}")

    def caught(self, findings, sample):
        """Self-test: the check finds fault with a sample that violates its rule."""
        return self.claim(list(findings), f"self-test: the check does not see {sample}")

    def skip(self, reason):
        self.skipped += 1
        print(f"  skipped: {reason}")

    def close(self):
        print(f"{self.name}: {self.passed} passed, {self.failed} failed, {self.skipped} skipped")
        sys.exit(1 if self.failed else 0)


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def files(folders, suffixes, root=ROOT):
    """Paths below root, in order, of the files in these folders that end in one of the suffixes."""
    found = []
    for folder in folders:
        for where, below, names in os.walk(os.path.join(root, folder)):
            below[:] = sorted(d for d in below if not d.startswith(".") and d != "__pycache__")
            found += [os.path.relpath(os.path.join(where, n), root) for n in sorted(names) if n.endswith(tuple(suffixes))]
    return found


def strip_comments(text):
    """C source with comments and the contents of literals blanked; line numbers stay."""
    token = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)

    def blank(m):
        s = m.group(0)
        if s[0] in "\"'":
            return s[0] + " " * (len(s) - 2) + s[0]
        return re.sub(r"[^\n]", " ", s)

    return token.sub(blank, text)


def run(*command, cwd=None, env=None):
    """Output of a command that must succeed."""
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def build_folder():
    """The build that is looked at: $AH_BUILD, else build/."""
    return os.environ.get("AH_BUILD", os.path.join(ROOT, "build"))


def core_archives():
    return [os.path.join(build_folder(), "src", f"libah_{name}.a") for name in
            ("base", "codec", "crypto", "nostr", "pki", "evidence", "platforms", "policy")]
