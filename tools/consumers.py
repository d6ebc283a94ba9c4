"""Programs that use an installed Anchorhold: by pkg-config and by CMake, shared and static, in C and in C++, on evidence that the installed command makes.

Shared by check-install (what meson installs) and check-deb (what the Debian packages install). Nothing of the source tree is used but the examples,
and where those are installed, theirs are taken."""
import glob
import os
import re
import shutil
import subprocess

from blocks import faults, marked
from report import ROOT, read, run

STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
C, CXX = ["gcc", "-std=c17", *STRICT], ["g++", "-std=c++17", *STRICT]
REPORT_DATA, OTHER_DATA = "hello", "other"

# One configure run: whether each find_package() finds it. Names of the results are printed as "-- NAME 1" or "-- NAME 0".
FINDS = [
    ("any", "", True), ("series", "0.1", True), ("patch", "0.1.0", True), ("exact", "0.1.0 EXACT", True), ("shared", "0.1 COMPONENTS shared", True),
    ("static", "0.1 COMPONENTS shared static", True), ("range", "0.1...0.3", True), ("optional", "0.1 OPTIONAL_COMPONENTS rust", True),
    ("next_patch", "0.1.99", False), ("next_minor", "0.2", False), ("last_minor", "0.0", False), ("next_major", "1.0", False),
    ("range_below", "0.0...<0.1.0", False), ("range_above", "0.2...0.3", False), ("component", "0.1 COMPONENTS rust", False),
]


class Installed:
    """An installation below root, which stands for /."""

    def __init__(self, report, scratch, root):
        self.report, self.scratch, self.root = report, scratch, root
        self.prefix = os.path.dirname(os.path.dirname(os.path.dirname(self.find("anchorhold.h"))))
        self.command = os.path.join(self.prefix, "bin/anchorhold")
        self.include = os.path.join(self.prefix, "include/anchorhold")
        self.libraries = os.path.dirname(self.find("libanchorhold.a"))
        installed = self.find("verify_file.c")
        self.examples = os.path.dirname(installed) if installed else os.path.join(ROOT, "examples")
        self.env = {**os.environ, "LD_LIBRARY_PATH": self.libraries, "PATH": os.path.dirname(self.command) + ":" + os.environ["PATH"],
                    "XDG_STATE_HOME": scratch, "XDG_CACHE_HOME": scratch}
        for name in ("ALLOW_SIMULATED", "CMAKE_PREFIX_PATH", "CPATH", "PKG_CONFIG_SYSROOT_DIR"):
            self.env.pop(name, None)

    def find(self, name):
        for where, _, names in os.walk(self.root):
            if name in names:
                return os.path.join(where, name)
        return None

    def pkg_config(self, *words):
        env = {**self.env, "PKG_CONFIG_PATH": os.path.join(self.libraries, "pkgconfig")}
        return run("pkg-config", f"--define-variable=prefix={self.prefix}", *words, "anchorhold", env=env).split()

    def build(self, name, compiler, source, flags):
        """A program in the scratch folder, or None. No header of the source tree may have been read."""
        program, used = os.path.join(self.scratch, name), os.path.join(self.scratch, name + ".d")
        words = [*compiler, "-MD", "-MF", used, source, "-o", program, *flags]
        done = subprocess.run(words, cwd=self.scratch, env=self.env, capture_output=True, text=True)
        if not self.report.claim(done.returncode == 0, f"{name} does not build:\n{done.stderr}"):
            return None
        headers = [h for h in read(used).split() if "/anchorhold/" in h and h.endswith((".h", ".def"))]
        self.report.claim(headers and all(os.path.realpath(h).startswith(os.path.realpath(self.include)) for h in headers),
                          f"{name}: a header is not of the installation: {headers}")
        return program

    def answers(self, wanted, *words, **env):
        """The exit code that a command must have; its output."""
        done = subprocess.run(words, cwd=self.scratch, env={**self.env, **env}, capture_output=True, text=True)
        self.report.claim(done.returncode == wanted, f"{' '.join(words)}: exit {done.returncode}, not {wanted}\n{done.stdout}{done.stderr}")
        return done.stdout

    def make_evidence(self):
        """By the installed command: keys, a Nitro document, a policy that allows it."""
        simulated = ["--simulated-root", "keys/nitro-root.der", "--allow-simulated"]
        data = REPORT_DATA.encode().hex()
        self.answers(0, self.command, "sim", "init", "keys")
        self.answers(0, self.command, "sim", "evidence", "--root", "keys", "--platform", "nitro", "--report-data", data, "-o", "document.cose")
        self.answers(0, self.command, "policy", "init", "--from", "document.cose", *simulated, "-o", "policy.json")
        said = self.answers(0, self.command, "verify", "--policy", "policy.json", "--report-data", data, *simulated, "document.cose")
        self.report.claim("SIMULATED" in said, f"the installed command says SIMULATED: {said}")
        self.answers(10, self.command, "verify", "--policy", "policy.json", "--report-data", "00" + data, *simulated, "document.cose")

    def judges(self, program, is_hex):
        """verify_policy in either language: accepts the evidence, and nothing but it."""
        if program is None:
            return
        data, other = (text.encode().hex() if is_hex else text for text in (REPORT_DATA, OTHER_DATA))
        said = self.answers(0, program, "policy.json", data, "document.cose", ALLOW_SIMULATED="1")
        self.report.claim("SIMULATED" in said, f"{program} says SIMULATED: {said}")
        self.answers(10, program, "policy.json", data, "document.cose")
        self.answers(10, program, "policy.json", other, "document.cose", ALLOW_SIMULATED="1")

    def needs(self, program, name, wanted=True):
        """Whether the program asks for a shared library with this name."""
        if program is not None:
            needed = re.findall(r"\(NEEDED\)\s+Shared library: \[([^\]]+)\]", run("readelf", "-dW", program))
            self.report.claim(any(n.startswith(name) for n in needed) == wanted, f"{program} needs {needed}, {'not ' if wanted else ''}{name}")

    def by_pkg_config(self):
        example = {suffix: os.path.join(self.examples, "verify_policy" + suffix) for suffix in (".c", ".cc")}
        shared = self.pkg_config("--cflags", "--libs")
        inner = [flag for flag in ("-lcrypto", "-lsodium", "-lsecp256k1") if flag in shared]
        self.report.claim(not inner, f"the shared library makes its user link {' '.join(inner)}")
        for name, compiler, suffix in (("c_shared", C, ".c"), ("cc_shared", CXX, ".cc")):
            program = self.build(name, compiler, example[suffix], shared)
            self.needs(program, "libanchorhold.so.0")
            self.needs(program, "libcrypto", False)
            self.judges(program, suffix == ".c")

        # Static as a whole; then with the static library of ours alone.
        static = self.pkg_config("--static", "--cflags", "--libs")
        program = self.build("c_static", C, example[".c"], ["-static", *static])
        self.needs(program, "lib", False)
        self.judges(program, True)
        mixed = [os.path.join(self.libraries, "libanchorhold.a") if flag == "-lanchorhold" else flag for flag in static]
        program = self.build("cc_mixed", CXX, example[".cc"], mixed)
        self.needs(program, "libanchorhold", False)
        self.needs(program, "libcrypto")
        self.judges(program, False)

    def every_header(self):
        """One C++17 program that includes every installed header, each twice and in either order."""
        names = sorted(os.path.basename(path) for path in glob.glob(os.path.join(self.include, "*.h")))
        wanted = sorted(os.path.basename(path) for path in glob.glob(os.path.join(ROOT, "include/anchorhold/*.h")))
        self.report.claim(names == wanted, f"installed headers: {sorted(set(names) ^ set(wanted))} differ from those of the tree")
        source = os.path.join(self.scratch, "headers.cc")
        with open(source, "w", encoding="ascii") as f:
            f.writelines(f"#include <anchorhold/{name}>\n" for name in names + names[::-1])
            f.write("#include <cstdio>\nint main() { return std::puts(ah_version()) < 0 || ah_err_exit_code(AH_ERR_SIGNATURE) != 10; }\n")
        program = self.build("headers", CXX, source, self.pkg_config("--cflags", "--libs"))
        if program is not None:
            said = self.answers(0, program)
            self.report.claim(said.strip() == self.pkg_config("--modversion")[0], f"headers: the library says version {said}")

    def cmake(self, name, source, *options):
        folder = os.path.join(self.scratch, name)
        done = subprocess.run(["cmake", "-S", source, "-B", folder, *options], cwd=self.scratch, env=self.env, capture_output=True, text=True)
        return folder, done

    def by_cmake(self):
        """The examples as a project of their own, at a place that the installation does not know, after the installation was moved."""
        project, moved = os.path.join(self.scratch, "project"), os.path.join(self.scratch, "moved to")
        shutil.copytree(self.examples, project)
        # A moved copy, with a blank in its name; links stay links.
        shutil.copytree(self.prefix, moved, symlinks=True)
        config = glob.glob(os.path.join(moved, "lib/**/AnchorholdConfig*.cmake"), recursive=True)
        self.report.claim(len(config) == 2, f"CMake package files: {config}")
        for path in config:
            text = read(path)
            self.report.none_of((word for word in (self.root, ROOT, '"/usr') if word in text), f"{path} names no absolute place")

        strict = " ".join(STRICT)
        folder, done = self.cmake("cmake-build", project, f"-DCMAKE_PREFIX_PATH={moved}", "-DCMAKE_BUILD_TYPE=Release",
                                  f"-DCMAKE_C_FLAGS={strict}", f"-DCMAKE_CXX_FLAGS={strict}")
        if not self.report.claim(done.returncode == 0, f"cmake does not find the installation:\n{done.stdout}{done.stderr}"):
            return
        done = subprocess.run(["cmake", "--build", folder], env=self.env, capture_output=True, text=True)
        if not self.report.claim(done.returncode == 0, f"the examples do not build with CMake:\n{done.stdout}{done.stderr}"):
            return
        for name, is_hex, is_shared in (("verify_policy", True, True), ("verify_policy_cc", False, True), ("verify_policy_static", True, False)):
            program = os.path.join(folder, name)
            self.needs(program, "libanchorhold.so.0", is_shared)
            self.needs(program, "libcrypto", not is_shared)
            self.judges(program, is_hex)
        linked = run("ldd", os.path.join(folder, "verify_policy"), env={k: v for k, v in self.env.items() if k != "LD_LIBRARY_PATH"})
        self.report.claim(os.path.realpath(moved) in linked, f"CMake linked another installation:\n{linked}")
        self.answers(20, os.path.join(folder, "verify_file"), "/dev/null")
        self.cmake_finds(os.path.dirname(config[0]))

    def cmake_finds(self, folder):
        """What may be asked of find_package(): versions, ranges, components."""
        project = os.path.join(self.scratch, "finds")
        os.mkdir(project)
        with open(os.path.join(project, "CMakeLists.txt"), "w", encoding="ascii") as f:
            f.write("cmake_minimum_required(VERSION 3.19)\nproject(finds LANGUAGES C)\n")
            for name, words, _ in FINDS:
                # A directory each: a target that one of them made must not serve the next.
                f.write(f"file(WRITE ${{CMAKE_BINARY_DIR}}/{name}/CMakeLists.txt [[\n"
                        f"set(Anchorhold_DIR \"{folder}\")\nfind_package(Anchorhold {words} QUIET)\n"
                        f"message(STATUS \"{name} ${{Anchorhold_FOUND}}\")\n]])\n"
                        f"add_subdirectory(${{CMAKE_BINARY_DIR}}/{name} {name}-build)\n")
        _, done = self.cmake("finds-build", project)
        said = dict(re.findall(r"^-- (\w+) (\d|TRUE|FALSE)$", done.stdout, re.M))
        for name, words, wanted in FINDS:
            found = said.get(name) in ("1", "TRUE")
            self.report.claim(name in said and found == wanted, f"find_package(Anchorhold {words}): {'found' if found else 'not found'}\n{done.stderr}")

    def by_the_document(self):
        """The commands of docs/how-to-link.md, for somebody to whom this installation is the one of the system."""
        folder, tools = os.path.join(self.scratch, "document"), os.path.join(self.scratch, "tools")
        shutil.copytree(self.examples, folder)
        os.mkdir(tools)
        with open(os.path.join(tools, "pkg-config"), "w", encoding="ascii") as f:
            f.write(f'#!/bin/sh\nexec {shutil.which("pkg-config")} "--define-variable=prefix={self.prefix}" "$@"\n')
        os.chmod(os.path.join(tools, "pkg-config"), 0o755)
        env = {**self.env, "PATH": tools + ":" + self.env["PATH"], "PKG_CONFIG_PATH": os.path.join(self.libraries, "pkgconfig"),
               "CMAKE_PREFIX_PATH": self.prefix}
        document = "docs/how-to-link.md"
        blocks = marked(read(os.path.join(ROOT, document)), "consumer")
        self.report.claim(len(blocks) > 2, f"{document} has blocks to run")
        for block in blocks:
            self.report.none_of(faults(document, block, folder, env), f"{document} does what it says")

    def check(self):
        self.make_evidence()
        self.by_pkg_config()
        self.every_header()
        self.by_cmake()
        self.by_the_document()
