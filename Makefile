# memwatch: `make help` tells the targets.
VERSION := 0.1.0
SOVERSION := 0

PREFIX ?= /usr/local
BINDIR = $(DESTDIR)$(PREFIX)/bin
LIBDIR = $(DESTDIR)$(PREFIX)/lib
INCLUDEDIR = $(DESTDIR)$(PREFIX)/include
MANDIR = $(DESTDIR)$(PREFIX)/share/man
BASH_COMPLETION = $(DESTDIR)$(PREFIX)/share/bash-completion/completions/memwatch
ZSH_COMPLETION = $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_memwatch
FISH_COMPLETION = $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/memwatch.fish

O ?= build$(if $(ASAN),-asan)$(if $(TSAN),-tsan)$(if $(COVERAGE),-coverage)
$(if $(word 2,$(O)),$(error O=$(O): the name of a build directory can't have a space))
CFLAGS ?= -O2 -g
WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2
comma := ,
SANITIZE := $(if $(ASAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
SANITIZE += $(if $(TSAN),-fsanitize=thread -fno-omit-frame-pointer)
SANITIZE += $(if $(COVERAGE),--coverage -fprofile-update=atomic)
# Debian 12 has nanopb's headers in /usr/include; Debian 13 in a folder of it.
NANOPB_INCLUDE ?= $(firstword $(wildcard /usr/include/nanopb /usr/local/include/nanopb))
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -DMEMWATCH_VERSION='"$(VERSION)"' -I. -I$(O) \
	$(if $(NANOPB_INCLUDE),-isystem $(NANOPB_INCLUDE)) $(WARNINGS) -fPIC -fvisibility=hidden -pthread -MMD -MP \
	$(SANITIZE) $(CPPFLAGS) $(CFLAGS)
ALL_LDFLAGS = -pthread $(SANITIZE) $(LDFLAGS)

# What `make deps` installs: to build and run, then to test. Of a|b either will do: those exclude each other.
PACKAGES := gcc make pkg-config libc6-dev libnanomsg-dev libnanopb-dev nanopb protobuf-compiler libproc2-dev \
	libncurses-dev libsqlite3-dev libjs-dygraphs gnuplot-nox|gnuplot-x11|gnuplot-qt
TEST_PACKAGES := tmux jq sqlite3 python3-dev python3-memory-profiler python3-matplotlib g++ clang libclang-rt-dev \
	procps git chromium chromium-driver gnuplot-x11|gnuplot-qt xvfb xdotool feedgnuplot zsh fish

sources = $(wildcard $(1)/*.c)
objects = $(patsubst %.c,$(O)/%.o,$(1))

BASE := $(call sources,base)
WIRE := $(call sources,wire)
PROC := $(call sources,proc)
SESSION := $(call sources,session)
SESSION_WRITER := $(addprefix session/,schema.c rows.c spanmap.c ticks.c writer.c writer_file.c) analysis/total.c
ANALYSIS := $(call sources,analysis)
EXPORT := $(foreach dir,export export/html export/picture,$(call sources,$(dir)))
CLIENT := $(call sources,client)
WATCHER := $(foreach dir,watcher watcher/gate watcher/inspect,$(call sources,$(dir)))
PLOTTER := $(foreach dir,plotter plotter/model plotter/curses plotter/gnuplot,$(call sources,$(dir)))
CLI := $(foreach dir,cli cli/compare cli/gates cli/inspect cli/replay cli/report cli/run,$(call sources,$(dir)))
EXAMPLES := $(filter-out examples/mpi_ranks.c,$(call sources,examples))
UNIT_TESTS := $(wildcard tests/test_*.c)
TEST_TOOLS := $(filter-out $(UNIT_TESTS),$(call sources,tests))

PROTO_OBJECT := $(O)/wire/memwatch.pb.o
WIRE_OBJECTS := $(call objects,$(WIRE)) $(PROTO_OBJECT)
LIBRARY_OBJECTS := $(call objects,$(CLIENT) base/array.c base/clock.c base/text.c base/units.c) $(WIRE_OBJECTS)
WATCHER_OBJECTS := $(call objects,$(WATCHER) $(PROC) $(BASE) $(SESSION_WRITER)) $(WIRE_OBJECTS)
HTML_OBJECT := $(O)/export/html/assets.o
COMMAND_OBJECTS := $(call objects,$(CLI) proc/children.c proc/stat.c $(EXPORT) $(PLOTTER) $(ANALYSIS) $(SESSION) $(BASE)) $(HTML_OBJECT) $(WIRE_OBJECTS)

WIRE_LIBS := -lnanomsg -lprotobuf-nanopb
WATCHER_LIBS := $(WIRE_LIBS) -lproc2 -lsqlite3
COMMAND_LIBS := $(WIRE_LIBS) -lncursesw -ltinfo -lsqlite3 -lm
NANOPB_ARCHIVE = $(shell $(CC) -print-file-name=libprotobuf-nanopb.a)
COVERAGE_ARCHIVE = $(if $(COVERAGE),$(shell $(CC) -print-file-name=libgcov.a))

SHARED := $(O)/libmemwatch.so.$(SOVERSION)
PROGRAMS := $(O)/memwatch $(O)/memwatchd
LAUNCHER := $(O)/memwatch-launch
LIBRARIES := $(SHARED) $(O)/libmemwatch.so $(O)/libmemwatch.a
EXAMPLE_PROGRAMS := $(EXAMPLES:%.c=$(O)/%)
CXX_EXAMPLES := $(if $(shell command -v $(CXX)),$(O)/examples/scope)
TEST_PROGRAMS := $(UNIT_TESTS:%.c=$(O)/%) $(TEST_TOOLS:%.c=$(O)/%)
BENCH_PROGRAMS := $(patsubst %.c,$(O)/%,$(wildcard bench/bench_*.c))

.PHONY: all python mpi deps demo check coverage tests bench install uninstall clean help
.DELETE_ON_ERROR:

all: $(PROGRAMS) $(LAUNCHER) $(LIBRARIES) $(EXAMPLE_PROGRAMS) $(CXX_EXAMPLES)

# --- generated code

NANOPB_GENERATOR ?= nanopb_generator.py

$(O)/wire/memwatch.pb.c $(O)/wire/memwatch.pb.h &: wire/memwatch.proto wire/memwatch.options
	@mkdir -p $(@D)
	$(NANOPB_GENERATOR) -q -D $(O) $<

# Before the first build nobody knows who includes it; then the .d files do.
$(WIRE_OBJECTS): | $(O)/wire/memwatch.pb.h

# --- what export's HTML pages consist of: our template, script and style, and dygraphs

DYGRAPHS ?= /usr/share/javascript/dygraphs
HTML_SCRIPTS := $(addprefix export/html/,units.js series.js axes.js marks.js spans.js lines.js chart.js page.js)
HTML_ASSETS := export/html/page.html $(addprefix $(O)/export/html/,all.css dygraph.js all.js hashes)

$(DYGRAPHS)/dygraph.min.js $(DYGRAPHS)/dygraph.min.css:
	@[ -f $@ ] || { echo "memwatch: there is no $@: install the Debian package libjs-dygraphs (make deps does)," \
		"or say where it is with DYGRAPHS=dir" >&2; exit 1; }

# Without the references to maps for debuggers, which would be asked for beside the page.
$(O)/export/html/all.css: $(DYGRAPHS)/dygraph.min.css export/html/page.css
	@mkdir -p $(@D)
	sed '/^\/\*# sourceMappingURL/d' $^ > $@

$(O)/export/html/dygraph.js: $(DYGRAPHS)/dygraph.min.js
	@mkdir -p $(@D)
	sed '/^\/\/# sourceMappingURL/d' $< > $@

$(O)/export/html/all.js: $(HTML_SCRIPTS)
	@mkdir -p $(@D)
	cat $^ > $@

# A browser runs the scripts with these hashes, and no others.
$(O)/export/html/hashes: $(O)/export/html/dygraph.js $(O)/export/html/all.js
	for file in $^; do \
		printf "'sha256-%s' " "$$(for byte in $$(sha256sum < $$file | sed 's/ .*//; s/../0x& /g'); do \
			printf "\\$$(printf %03o $$byte)"; done | base64)"; done > $@

$(HTML_OBJECT): export/html/assets.S $(HTML_ASSETS)
	$(CC) $(CPPFLAGS) $(CFLAGS) -I$(O) -c -o $@ $<

# --- objects, programs, libraries

$(O)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(PROTO_OBJECT): $(O)/wire/memwatch.pb.c
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(O)/memwatchd: $(WATCHER_OBJECTS)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(WATCHER_LIBS)

$(O)/memwatch: $(COMMAND_OBJECTS)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(COMMAND_LIBS)

# Small, so that the kernel's peak of what it launches shows: without a sanitizer, which has 15 MiB.
$(LAUNCHER) $(O)/cli/launcher/main.o: SANITIZE := $(if $(COVERAGE),$(SANITIZE))
$(LAUNCHER): $(O)/cli/launcher/main.o
	$(CC) $(ALL_LDFLAGS) -o $@ $^

$(SHARED): $(LIBRARY_OBJECTS) client/memwatch.map
	$(CC) $(ALL_LDFLAGS) -shared -Wl,-z,nodelete -Wl,-soname,$(@F) -Wl,--version-script=client/memwatch.map -Wl,-z,defs \
		-Wl,--exclude-libs,ALL -o $@ $(LIBRARY_OBJECTS) $(WIRE_LIBS)

$(O)/libmemwatch.so: $(SHARED)
	ln -sf $(<F) $@

# One object in which only mw_ names are global, so that nothing of ours meets a name of the host program. It has to be
# machine code with -flto too, and without section groups (i386 has one a function of its PIC): objcopy handles neither.
I386 = $(filter -m32,$(CC) $(CFLAGS)) $(filter i386-% i486-% i586-% i686-%,$(shell $(CC) -dumpmachine))
RELOCATABLE = $(if $(findstring -flto,$(CFLAGS))$(strip $(I386)),$(CC) $(CFLAGS) -fuse-ld=bfd -nostdlib -r \
	$(if $(findstring -flto,$(CFLAGS)),-flinker-output=nolto-rel) \
	$(if $(strip $(I386)),-Wl$(comma)--force-group-allocation),$(LD) -r)

$(O)/libmemwatch.a: $(LIBRARY_OBJECTS)
	$(RELOCATABLE) -o $(O)/libmemwatch.o $^ $(NANOPB_ARCHIVE) $(COVERAGE_ARCHIVE)
	objcopy --wildcard --keep-global-symbol='mw_*' $(O)/libmemwatch.o
	rm -f $@
	$(AR) rcs $@ $(O)/libmemwatch.o

$(call objects,$(EXAMPLES)): ALL_CFLAGS += -Iclient

$(EXAMPLE_PROGRAMS): $(O)/%: $(O)/%.o $(O)/libmemwatch.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -lnanomsg -lm

$(O)/examples/scope: examples/scope.cpp client/memwatch.h $(O)/libmemwatch.a
	@mkdir -p $(@D)
	$(CXX) -Iclient -Wall -Wextra -Wpedantic $(CPPFLAGS) -O2 -g $(CXXFLAGS) $(ALL_LDFLAGS) -o $@ $< $(O)/libmemwatch.a \
		-lnanomsg

MPICC ?= mpicc

mpi: $(O)/examples/mpi_ranks

$(O)/examples/mpi_ranks: examples/mpi_ranks.c client/memwatch.h $(O)/libmemwatch.a
	$(MPICC) -Iclient -Wall -Wextra $(CPPFLAGS) $(CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(O)/libmemwatch.a -lnanomsg

# --- Python: the package as it is imported, in $(O)/python

PYTHON ?= /usr/bin/python3
PYTHON_PACKAGE := $(O)/python/memwatch
PYTHON_FILES := $(patsubst client/python/%,$(O)/python/%,$(wildcard client/python/memwatch/*.py*) \
	client/python/memwatch/py.typed)
PYTHON_DIR = $(DESTDIR)$(shell $(PYTHON) -c 'import site, sys; prefix = "$(PREFIX)"; \
	dirs = [dir for dir in site.getsitepackages([prefix]) if dir.startswith(prefix + "/lib")]; \
	print(next((dir for dir in dirs if dir in sys.path), dirs[-1]))')/memwatch

python: all $(PYTHON_PACKAGE)/_memwatch.abi3.so $(PYTHON_FILES)

$(O)/client/python/_memwatch.o: ALL_CFLAGS += $(shell $(PYTHON)-config --includes)

$(PYTHON_PACKAGE)/_memwatch.abi3.so: $(O)/client/python/_memwatch.o $(O)/libmemwatch.a
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -shared -Wl,--exclude-libs,ALL -o $@ $^ -lnanomsg

$(O)/python/memwatch/%: client/python/memwatch/%
	@mkdir -p $(@D)
	cp $< $@

# --- tests

# Everything but the programs' mains: a test links what it names.
$(O)/all.a: $(filter-out %/main.o,$(call objects,$(BASE) $(PROC) $(SESSION) $(ANALYSIS) $(EXPORT) $(CLIENT) $(WATCHER) $(PLOTTER) $(CLI))) $(HTML_OBJECT) $(WIRE_OBJECTS)
	rm -f $@
	$(AR) rcs $@ $^

$(BENCH_PROGRAMS): $(O)/bench/figure.o

# Whose memory tests measure: a sanitizer's is not to be among it.
MEASURED := $(addprefix $(O)/tests/,behave bomb family_memory grow holder leaderless spike)
$(MEASURED): SANITIZE :=
$(MEASURED): $(O)/tests/%: tests/%.c base/clock.c base/clock.h tests/check.h tests/memory_shapes.h
	@mkdir -p $(@D)
	$(CC) $(filter-out -MMD -MP,$(ALL_CFLAGS)) $(ALL_LDFLAGS) -o $@ $(filter %.c,$^) -lm

$(filter-out $(MEASURED),$(TEST_PROGRAMS)) $(BENCH_PROGRAMS): $(O)/%: $(O)/%.o $(O)/all.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(WATCHER_LIBS) $(COMMAND_LIBS) -lm

tests: all $(TEST_PROGRAMS) python

check:
	@$(call install-missing,$(TEST_PACKAGES) $(PACKAGES))
	@$(MAKE) --no-print-directory tests
	@O=$(O) tests/run

# Which lines the tests run. What the tests run as another user can't add to it, and is not to say so.
coverage:
	@rm -rf build-coverage
	@GCOV_ERROR_FILE=/dev/null $(MAKE) --no-print-directory check COVERAGE=1; status=$$?; \
		O=build-coverage tests/coverage; exit $$status

bench: all $(BENCH_PROGRAMS) python
	@O=$(O) bench/run $(BENCH)

# --- people

# Shell for a recipe: install those of the packages $(1) that are missing; of a|b the first, where none of them is there
# or comes with those before.
define install-missing
missing=; for package in $(foreach package,$(1),'$(package)'); do \
	there=; for name in $$(echo "$$package" | tr '|' ' '); do \
		case " $$(dpkg-query -W -f '$${db:Status-Status}' "$$name" 2>/dev/null) $$missing " in \
		' installed '* | *" $$name "*) there=yes ;; esac; done; \
	[ -n "$$there" ] || missing="$$missing $${package%%|*}"; done; \
if [ -z "$$missing" ]; then exit 0; fi; \
if ! command -v apt-get >/dev/null; then \
	echo "memwatch: this is no Debian; install what these Debian packages hold, then run make: $(1)" >&2; exit 1; fi; \
request="run 'apt-get install --no-install-recommends$$missing', then make again"; root=; \
if [ "$$(id -u)" != 0 ]; then root=sudo; \
	if ! command -v sudo >/dev/null || ! { sudo -n true || { [ -t 0 ] && sudo true; }; } 2>/dev/null; then \
	echo "memwatch: packages are missing, and this user can't install them: ask an admin to $$request" >&2; \
	exit 1; fi; fi; \
echo "installing:$$missing"; \
{ $$root apt-get update -qq && $$root env DEBIAN_FRONTEND=noninteractive \
	apt-get install -y -qq --no-install-recommends $$missing >/dev/null; } || \
	{ echo "memwatch: could not install what is missing: as root, $$request" >&2; exit 1; }
endef

deps:
	@$(call install-missing,$(PACKAGES))

demo: deps
	@$(MAKE) --no-print-directory all
	@$(O)/memwatch demo

install: all
	install -d "$(BINDIR)" "$(LIBDIR)/pkgconfig" "$(LIBDIR)/memwatch" "$(INCLUDEDIR)" "$(MANDIR)/man1" "$(MANDIR)/man3"
	install $(PROGRAMS) "$(BINDIR)"
	install -m 644 $(SHARED) $(O)/libmemwatch.a "$(LIBDIR)"
	ln -sf $(notdir $(SHARED)) "$(LIBDIR)/libmemwatch.so"
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' client/memwatch.pc.in > "$(LIBDIR)/pkgconfig/memwatch.pc"
	chmod 644 "$(LIBDIR)/pkgconfig/memwatch.pc"
	install $(O)/examples/recorder $(LAUNCHER) "$(LIBDIR)/memwatch"
	install -m 644 client/memwatch.h "$(INCLUDEDIR)"
	install -m 644 docs/*.1 "$(MANDIR)/man1"
	install -m 644 docs/*.3 "$(MANDIR)/man3"
	install -d $(foreach file,BASH ZSH FISH,"$$(dirname "$($(file)_COMPLETION)")")
	$(O)/memwatch completion bash > "$(BASH_COMPLETION)"
	$(O)/memwatch completion zsh > "$(ZSH_COMPLETION)"
	$(O)/memwatch completion fish > "$(FISH_COMPLETION)"
	chmod 644 "$(BASH_COMPLETION)" "$(ZSH_COMPLETION)" "$(FISH_COMPLETION)"
	if [ -f $(PYTHON_PACKAGE)/_memwatch.abi3.so ]; then install -d "$(PYTHON_DIR)" && \
		install -m 644 $(PYTHON_FILES) $(PYTHON_PACKAGE)/_memwatch.abi3.so "$(PYTHON_DIR)"; fi

uninstall:
	cd "$(BINDIR)" && rm -f memwatch memwatchd
	cd "$(LIBDIR)" && rm -f libmemwatch.so $(notdir $(SHARED)) libmemwatch.a pkgconfig/memwatch.pc memwatch/recorder \
		memwatch/memwatch-launch
	rm -f "$(INCLUDEDIR)/memwatch.h" "$(BASH_COMPLETION)" "$(ZSH_COMPLETION)" "$(FISH_COMPLETION)"
	cd "$(MANDIR)" && rm -f $(patsubst docs/%,man1/%,$(wildcard docs/*.1)) $(patsubst docs/%,man3/%,$(wildcard docs/*.3))
	if [ -d "$(LIBDIR)/memwatch" ]; then rmdir "$(LIBDIR)/memwatch"; fi
	if [ -f "$(PYTHON_DIR)/_memwatch.abi3.so" ]; then rm -r "$(PYTHON_DIR)"; fi

clean:
	rm -rf $(O)

help:
	@sed -n 's/^#: //p' $(firstword $(MAKEFILE_LIST))

#: make             build everything in build/; installs nothing
#: make python      the Python package too, in build/python; then make install installs it as well
#: make mpi         the MPI example too
#: make demo        install what is missing, build, and show it on an example for 20 seconds
#: make check       install what is missing, build, and run every test
#: make coverage    run every test, and print which lines they ran
#: make bench       measure, side by side with the floor and with peers; BENCH='sample client' only these
#: make deps        install what is missing to build (Debian, Ubuntu; else it tells what)
#: make install     to PREFIX (/usr/local), below DESTDIR; make uninstall takes it away
#: make clean       remove build/
#: make help        this
#: Settings: O=dir builds elsewhere; ASAN=1 or TSAN=1 builds with sanitizers; CC, CFLAGS, LDFLAGS as usual

-include $(shell find $(O) -name '*.d' 2>/dev/null)
