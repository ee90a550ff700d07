# qa-record and qa-report. `make help` lists the targets.
#
# CC=clang BUILD=build-clang   another compiler, beside the first build
# CROSS=aarch64-linux-gnu-     the tools for another machine, in build-aarch64; with SYSROOT=folder, its headers and libraries
# CFLAGS=, LDFLAGS=            optimisation and the like; the language and the warnings stay
# SANITIZE=1                   AddressSanitizer and UndefinedBehaviorSanitizer, in build-asan
# STATIC=basic                 static analysis with the lexer only: fetches and compiles no parser
# WERROR=1                     a warning is an error
# V=1                          show the commands

ifneq ($(shell uname -s),Linux)
$(error qa-record reads other processes through Linux interfaces: it builds on Linux only)
endif

CROSS    ?=
SYSROOT  ?=
ifeq ($(origin CC),default)
CC       := $(CROSS)gcc
endif
ifeq ($(origin AR),default)
AR       := $(CROSS)ar
endif
TRIPLET  := $(shell $(CC) -dumpmachine 2>/dev/null)
MACHINE  := $(firstword $(subst -, ,$(TRIPLET)))
ifeq ($(filter x86_64 aarch64,$(MACHINE)),)
ifneq ($(MACHINE),)
$(error qa-record knows the memory layout of x86-64 and aarch64 processes: it cannot be built for $(MACHINE))
endif
endif
SANITIZE ?= 0
WERROR   ?= 0
V        ?= 0
BUILD    ?= $(if $(CROSS),build-$(MACHINE),$(if $(filter 1,$(SANITIZE)),build-asan,build))
PREFIX   ?= /usr/local
DESTDIR  ?=
PYTHON   ?= /usr/bin/python3
PKG_CONFIG   ?= $(if $(CROSS),PKG_CONFIG_LIBDIR=$(SYSROOT)/usr/lib/$(TRIPLET)/pkgconfig:$(SYSROOT)/usr/share/pkgconfig \
                  PKG_CONFIG_SYSROOT_DIR=$(SYSROOT)) pkg-config
FUZZ_SECONDS ?= 60
STATIC   ?= full
GRAMMARS := build-grammars
TEST_GRAMMARS := build-grammars-tests
Q        := $(if $(filter 1,$(V)),,@)

PACKAGES   := libelf zlib libprotobuf-c
WARNINGS   := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
              -Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla -Wformat=2 -Wundef
SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS     ?= -O2 -g
TARGET      = $(if $(SYSROOT),--sysroot=$(SYSROOT))
OPTIONS     = $(WARNINGS) $(if $(filter 1,$(WERROR)),-Werror) $(if $(filter 1,$(SANITIZE)),$(SANITIZERS)) $(CFLAGS)
LANGUAGE    = -std=c11 -D_GNU_SOURCE -fPIC -pthread -Iinclude -Isrc -I. -isystem $(BUILD)/gen $(PARSER) \
              $(shell $(PKG_CONFIG) --cflags $(PACKAGES) 2>/dev/null)
LIBS        = $(shell $(PKG_CONFIG) --libs $(PACKAGES) 2>/dev/null) -lm
COMPILE     = $(CC) $(TARGET) $(LANGUAGE) $(OPTIONS) -MMD -MP
LINK        = $(CC) $(TARGET) $(OPTIONS) -pthread $(LDFLAGS)

# What was fetched is known only when a command runs.
FETCHED     = $(if $(filter full,$(STATIC)),$(shell cat $(GRAMMARS)/fetched 2>/dev/null))
PARSER      = $(if $(FETCHED),-DQA_HAVE_GRAMMARS -isystem $(GRAMMARS)/core/include)

object      = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
LIB_SOURCES  := $(wildcard $(addsuffix /*.c,$(filter-out src/cmd,$(wildcard src/*)) formats))
CMD_SOURCES  := $(wildcard src/cmd/*.c)
MAIN_SOURCES := $(wildcard src/cmd/qa_*.c)
UNIT_SOURCES := $(wildcard tests/unit/*.c)
FUZZ_SOURCES := $(wildcard tests/fuzz/fuzz_*.c)

GENERATED   := $(patsubst proto/%.proto,$(BUILD)/gen/%.pb-c,$(wildcard proto/*.proto))
PARSER_OBJECTS := $(addprefix $(BUILD)/grammars/,core/src/lib.o python/parser.o python/scanner.o)
LIB_OBJECTS := $(call object,$(LIB_SOURCES)) $(addsuffix .o,$(GENERATED)) $(PARSER_OBJECTS)
CMD_OBJECTS := $(call object,$(filter-out $(MAIN_SOURCES),$(CMD_SOURCES)))
UNIT_HELPERS := $(call object,$(filter-out tests/unit/test_%,$(UNIT_SOURCES)))
FUZZ_HELPERS := $(call object,$(filter-out $(FUZZ_SOURCES),$(wildcard tests/fuzz/*.c)))
PROGRAMS    := $(patsubst src/cmd/qa_%.c,$(BUILD)/qa-%,$(MAIN_SOURCES))
TESTS       := $(patsubst %.c,$(BUILD)/%,$(filter tests/unit/test_%,$(UNIT_SOURCES)) $(wildcard tests/golden/*.c tests/live/*.c))
OWN_TIME    := $(call object,$(wildcard tests/accuracy/own_time/*.c))
FUZZERS     := $(patsubst %.c,$(BUILD)/%,$(FUZZ_SOURCES))

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all
all: $(PROGRAMS) $(BUILD)/libqa.a ## the programs and the library, in build/

# --- compiling ---------------------------------------------------------------------------------

# Changes, and so makes everything else old, when the compiler or its options do.
$(BUILD)/flags: $(if $(filter full,$(STATIC)),$(GRAMMARS)/fetched) FORCE
	@$(PKG_CONFIG) --exists $(PACKAGES) || { echo 'The build needs more than is there: make deps installs it.' >&2; exit 1; }
	@mkdir -p $(@D)
	@echo '$(COMPILE) $(LINK) $(FETCHED)' | cmp -s - $@ || echo '$(COMPILE) $(LINK) $(FETCHED)' > $@
FORCE:

$(BUILD)/obj/%.o: %.c $(BUILD)/flags | $(addsuffix .h,$(GENERATED))
	@mkdir -p $(@D)
	@echo '  CC   $<'
	$(Q)$(COMPILE) -c $< -o $@

# Generated code has warnings of its own.
$(BUILD)/gen/%.pb-c.o: $(BUILD)/gen/%.pb-c.c $(BUILD)/flags
	@echo '  CC   $<'
	$(Q)$(COMPILE) -w -c $< -o $@

$(BUILD)/gen/%.pb-c.c $(BUILD)/gen/%.pb-c.h &: proto/%.proto
	@mkdir -p $(@D)
	@echo '  GEN  $@'
	$(Q)protoc --c_out=$(@D) --proto_path=proto $<

# The parser's sources, for all builds; if they cannot be had the build goes on, and the next one tries again.
$(GRAMMARS)/fetched: tools/grammars/lock tools/grammars/fetch
	@echo '  GET  $(@D)'
	$(Q)$(PYTHON) tools/grammars/fetch $< $(@D)

# Not ours to warn about. Without sources, an empty object.
$(PARSER_OBJECTS): $(BUILD)/grammars/%.o: $(BUILD)/flags
	@mkdir -p $(@D)
	@echo '  CC   $(GRAMMARS)/$*.c'
	$(Q)$(COMPILE) -w -I$(GRAMMARS)/core/src $(if $(FETCHED),-c $(GRAMMARS)/$*.c,-x c -c /dev/null) -o $@

$(BUILD)/libqa.a: $(LIB_OBJECTS)
	@echo '  AR   $@'
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# An archive, so that each program takes the helpers that it uses.
$(BUILD)/obj/cmd.a: $(CMD_OBJECTS)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/qa-%: $(BUILD)/obj/src/cmd/qa_%.o $(BUILD)/obj/cmd.a $(BUILD)/libqa.a
	@echo '  LINK $@'
	$(Q)$(LINK) $^ $(LIBS) -o $@

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# --- trying ------------------------------------------------------------------------------------

.PHONY: deps demo docs-images
deps: ## install what the build needs, from the distribution's packages
	@tests/deps/install build

demo: deps ## build, record a small program for 3 s, write its reports to demo/
	@$(MAKE) --no-print-directory -s all
	@PYTHON='$(PYTHON)' examples/demo $(BUILD) demo

docs-images: demo ## the README's picture, from the demo's recording
	@mkdir -p docs/images
	$(BUILD)/qa-report --format svg demo/server.qat | sed 's|$(CURDIR)/||g' > docs/images/flamegraph.svg

# --- testing -----------------------------------------------------------------------------------

.PHONY: deps-check tests own-time fuzzers check check-unit check-full check-pythons check-aarch64 check-fresh docs-matrix fuzz accuracy lint format
deps-check: ## install what the tests need
	@tests/deps/install build check

tests: $(TESTS)

$(TESTS): $(BUILD)/%: $(BUILD)/obj/%.o $(UNIT_HELPERS) $(BUILD)/libqa.a
	@mkdir -p $(@D)
	@echo '  LINK $@'
	$(Q)$(LINK) $^ $(LIBS) $(shell $(PKG_CONFIG) --libs cmocka) -o $@

# A second language, for a test only.
TEST_PARSER_OBJECTS := $(addprefix $(BUILD)/grammars-tests/javascript/,parser.o scanner.o)
$(BUILD)/tests/unit/test_source_javascript: $(TEST_PARSER_OBJECTS)

$(TEST_GRAMMARS)/fetched: tests/grammars/lock tools/grammars/fetch
	@echo '  GET  $(@D)'
	$(Q)$(PYTHON) tools/grammars/fetch $< $(@D)

$(TEST_PARSER_OBJECTS): $(BUILD)/grammars-tests/%.o: $(BUILD)/flags $(TEST_GRAMMARS)/fetched
	@mkdir -p $(@D)
	@echo '  CC   $(TEST_GRAMMARS)/$*.c'
	$(Q)$(COMPILE) -w $(if $(shell cat $(TEST_GRAMMARS)/fetched),-c $(TEST_GRAMMARS)/$*.c,-x c -c /dev/null) -o $@

# Measures; it does not judge, so it is no test.
own-time: $(BUILD)/tests/accuracy/own-time

$(BUILD)/tests/accuracy/own-time: $(OWN_TIME) $(BUILD)/libqa.a
	@mkdir -p $(@D)
	@echo '  LINK $@'
	$(Q)$(LINK) $^ $(LIBS) -o $@

check: deps-check ## all tests; the last line counts them
	@$(PYTHON) tests/run

check-unit: deps-check ## only the tests that need no other process and no privilege
	@$(PYTHON) tests/run --only build-gcc,unit

check-full: deps-check ## all tests, also those that download; the fuzzers FUZZ_SECONDS each
	@$(PYTHON) tests/run --full --fuzz-seconds $(FUZZ_SECONDS)

check-pythons: deps-check ## the live tests on every version of CPython, which it gets; fails if one is missing
	@tests/pythons/get || echo 'Not all could be had: the matrix shows which.'
	@QA_EVERY_VERSION=1 $(PYTHON) tests/run --only live

check-aarch64: deps-check ## build for aarch64, and run under an emulator what runs there
	@$(PYTHON) tests/run --only aarch64

docs-matrix: check-pythons ## docs/matrix.md: what was tested on which CPython
	QA_BUILD=build-gcc $(PYTHON) tests/live/matrix.py --write docs/matrix.md

check-fresh: ## make demo and make check of the last commit, in a fresh system
	tests/fresh/run

fuzz: deps-check ## only the fuzzers, FUZZ_SECONDS each
	@$(PYTHON) tests/run --only fuzz --fuzz-seconds $(FUZZ_SECONDS)

# Nothing else should run meanwhile.
accuracy: all own-time ## an hour: exactness, loss, bias and cost, beside other profilers; writes docs/accuracy.md
	@QA_BUILD='$(BUILD)' $(PYTHON) tests/accuracy/run --document docs/accuracy.md

# Built by a make of its own: the whole library must be compiled with clang's instrumentation.
fuzzers: $(FUZZERS)

$(FUZZERS): $(BUILD)/%: $(BUILD)/obj/%.o $(FUZZ_HELPERS) $(BUILD)/libqa.a
	@mkdir -p $(@D)
	@echo '  LINK $@'
	$(Q)$(LINK) -fsanitize=fuzzer $^ $(LIBS) -o $@

lint: $(addsuffix .h,$(GENERATED)) ## formatting, include directions, static analysis
	@QA_CFLAGS='$(LANGUAGE) $(OPTIONS)' tests/lint/run

format: ## rewrite the sources as .clang-format says
	clang-format -i $(wildcard include/qa/*.h src/*/*.[ch] formats/*.[ch] tests/*/*.[ch] tests/accuracy/*/*.[ch])

# --- installing --------------------------------------------------------------------------------

.PHONY: install uninstall clean help
INSTALLED = $(addprefix $(DESTDIR)$(PREFIX)/, $(patsubst $(BUILD)/%,bin/%,$(PROGRAMS)) lib/libqa.a \
            lib/pkgconfig/libqa.pc $(patsubst docs/man/%,share/man/man1/%,$(wildcard docs/man/*.1)))

install: all ## programs, headers, library and manual pages, below DESTDIR and PREFIX
	install -d $(addprefix $(DESTDIR)$(PREFIX)/,bin include/qa lib/pkgconfig share/man/man1)
	install -m 755 $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin
	install -m 644 include/qa/*.h $(DESTDIR)$(PREFIX)/include/qa
	install -m 644 $(BUILD)/libqa.a $(DESTDIR)$(PREFIX)/lib
	install -m 644 docs/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1
	sed -e 's|@PREFIX@|$(PREFIX)|' -e "s|@VERSION@|$$(sed -n 's/.*QA_VERSION "\(.*\)"/\1/p' include/qa/version.h)|" \
		libqa.pc.in > $(DESTDIR)$(PREFIX)/lib/pkgconfig/libqa.pc

uninstall: ## remove what install put there
	rm -f $(INSTALLED)
	rm -rf $(DESTDIR)$(PREFIX)/include/qa

clean: ## remove everything that was built
	rm -rf build build-* demo

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | awk -F "|" '{printf "%-14s%s\n", $$1, $$2}'
