# A thin front for meson and ninja. `make demo` and `make test` install what they need first (tools/setup).

BUILD        ?= build
PREFIX       ?= /usr/local
DESTDIR      ?=
FUZZ_SECONDS ?= 30

# Where libraries go on a multiarch system. meson asks dpkg-architecture, and without it takes lib64, where Debian's linker and CMake do not look.
LIBDIR := $(shell $(or $(CC),cc) -print-multiarch 2>/dev/null | sed -n 's|^..*|--libdir=lib/&|p')

.PHONY: all demo test check-all bench fuzz lint coverage install deb abi abi-update clean help

all: $(BUILD)/build.ninja
	@ninja -C $(BUILD)

$(BUILD)/build.ninja:
	@command -v meson >/dev/null && command -v ninja >/dev/null || { echo "meson or ninja is missing; run tools/setup build" >&2; exit 1; }
	@meson setup $(LIBDIR) $(BUILD)

demo:
	@tools/setup demo
	@$(MAKE) --no-print-directory all
	@tools/demo $(BUILD)

test:
	@tools/setup test
	@tools/run-tests

check-all:
	@tools/setup test
	@tools/run-tests --all

bench: $(BUILD)/build.ninja
	@tools/setup test
	@meson configure $(BUILD) -Dtests=true
	@ninja -C $(BUILD) --quiet
	@tools/run-bench $(BUILD)

fuzz:
	@tools/setup test
	@tools/run-fuzz $(FUZZ_SECONDS)

lint:
	@tools/setup lint
	@tools/lint

coverage:
	@tools/setup test
	@tools/coverage

install: all
	@meson configure $(BUILD) -Dprefix=$(PREFIX)
	@DESTDIR=$(DESTDIR) meson install -C $(BUILD)

deb:
	@tools/setup deb
	@tools/build-deb

abi:
	@tools/setup test
	@$(MAKE) --no-print-directory all
	@AH_BUILD=$(abspath $(BUILD)) tools/check-abi

abi-update:
	@tools/setup test
	@$(MAKE) --no-print-directory all
	@AH_BUILD=$(abspath $(BUILD)) tools/check-abi --update

clean:
	rm -rf build build-asan build-clang build-deb build-fuzz build-lint build-nosim build-tsan build-valgrind build-coverage

help:
	@echo "make            build the command and the library into $(BUILD)/"
	@echo "make demo       show a verification, an acceptance and a refusal"
	@echo "make test       gcc and clang ASan+UBSan, every test, layer and symbol checks"
	@echo "make check-all  the same with TSan, valgrind, clang release and every bit of every sample"
	@echo "make bench      speed against the floor, sizes"
	@echo "make fuzz       libFuzzer, FUZZ_SECONDS=$(FUZZ_SECONDS) for each parser"
	@echo "make lint       clang-tidy, cppcheck, gcc -fanalyzer, clang-format of changed lines"
	@echo "make coverage   lines of src/ that the tests reach"
	@echo "make install    PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)"
	@echo "make deb        Debian packages into build-deb/"
	@echo "make abi        compare the library's interface with packaging/abi/; make abi-update records it"
	@echo "make clean      remove the build folders"
