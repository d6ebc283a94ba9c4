"""What the end-to-end tests share: running the command, claims that count, a scratch folder with simulated roots."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.environ.get("AH_SOURCE_ROOT") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ANCHORHOLD = os.path.abspath(os.environ.get("AH_ANCHORHOLD") or os.path.join(ROOT, "build", "anchorhold"))
VECTORS = os.environ.get("AH_VECTORS") or os.path.join(os.path.dirname(ROOT), "shared", "vectors")
REAL_NITRO = os.path.join(ROOT, "examples", "evidence", "noauth-nitro-2025-04-01.cose")
REAL_NITRO_AT = "2025-04-01T14:16:10Z"

PLAIN_ENV = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM")}
passed = failed = skipped = 0
current = ""


class Result:
    def __init__(self, code, out, err, seconds):
        self.code, self.out, self.err, self.seconds = code, out, err, seconds

    @property
    def text(self):
        return self.out.decode("utf-8")

    @property
    def errors(self):
        return self.err.decode("utf-8")

    def json(self):
        """The one object on standard output, which must be canonical: what json.dumps would write, and a line feed."""
        value = json.loads(self.out)
        canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
        claim(self.out == canonical, "JSON is canonical")
        return value


def run(*args, stdin=None, cwd=None, env=None, stdin_file=None, timeout=60):
    start = time.monotonic()
    source = {"stdin": stdin_file} if stdin_file is not None else {"input": stdin if stdin is not None else b""}
    p = subprocess.run([ANCHORHOLD, *map(str, args)], capture_output=True, cwd=cwd, env=env or PLAIN_ENV, timeout=timeout, **source)
    return Result(p.returncode, p.stdout, p.stderr, time.monotonic() - start)


def claim(condition, text):
    """One thing that must hold."""
    global passed, failed
    if condition:
        passed += 1
    else:
        failed += 1
        print(f"{current}: not true: {text}")
    return bool(condition)


def same(got, wanted, text):
    return claim(got == wanted, f"{text}: got {got!r}, wanted {wanted!r}")


def skip(text):
    global skipped
    skipped += 1
    print(f"{current}: skipped: {text}")


def write(path, data):
    with open(path, "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())
    return path


def read(path):
    with open(path, "rb") as f:
        return f.read()


def main(name, cases):
    """Run the cases (all, or those whose name contains argv[1]) in a scratch folder and print the closing line."""
    global current, failed
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    scratch = tempfile.mkdtemp(prefix="anchorhold-e2e-")
    os.chdir(scratch)
    try:
        for case in cases:
            if wanted not in case.__name__:
                continue
            current = case.__name__
            try:
                case()
            except Exception as error:  # a case that cannot go on has failed; the others still run
                failed += 1
                print(f"{current}: {type(error).__name__}: {error}")
    finally:
        os.chdir("/")
        shutil.rmtree(scratch, ignore_errors=True)
    print(f"{name}: {passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(failed != 0)
