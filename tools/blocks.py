"""Commands in documents that are run. check-docs runs the blocks marked runnable with what was built, consumers.py those marked consumer with what
was installed.

Lines that begin with "$ " are commands (a trailing backslash continues on the next line), run in order by /bin/sh. A command must exit 0, or with N
when it ends in the comment "# exit N". A line that follows a command and is no command is output that must appear in what the command prints; "..."
stands for anything."""
import re
import subprocess

BLOCK = re.compile(r"^```console([^\n]*)\n(.*?)^```$", re.M | re.S)


def marked(text, mark):
    """The blocks of a document that carry this mark."""
    return [block for marks, block in BLOCK.findall(text) if mark in marks.split()]


def steps(block):
    """[(command, exit status, output lines)]"""
    found = []
    lines = iter(block.splitlines())
    for line in lines:
        if line.startswith("$ "):
            command = line[2:]
            while command.endswith("\\"):
                command = command[:-1] + next(lines, "").lstrip()
            m = re.search(r"\s+#\s*exit (\d+)\s*$", command)
            found.append((command[: m.start()] if m else command, int(m.group(1)) if m else 0, []))
        elif line.strip() and found:
            found[-1][2].append(line.strip())
    return found


def faults(document, block, scratch, env):
    """Run the commands of a block; what does not do what the document says."""
    for command, wanted, shown in steps(block):
        try:
            done = subprocess.run(["/bin/sh", "-c", command], cwd=scratch, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=120)
        except subprocess.TimeoutExpired:
            yield f"{document}: `{command}` does not end"
            return
        output = done.stdout.decode("utf-8", "replace")
        if done.returncode != wanted:
            yield f"{document}: `{command}` ends with {done.returncode}, not {wanted}:\n{output}"
        printed = [" ".join(line.split()) for line in output.splitlines()]
        for line in shown:
            pattern = ".*".join(re.escape(" ".join(part.split())) for part in line.split("..."))
            pattern = r"\s*" + pattern.replace(r"\ ", " ") + r"\s*"
            if line != "..." and not any(re.fullmatch(pattern, p) for p in printed):
                yield f"{document}: `{command}` does not print: {line}\n{output}"
