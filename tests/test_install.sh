#!/bin/bash
# make install, what it installs, and make uninstall; a build somewhere else.
. "$ROOT/tests/lib.sh"

cd "$TMPDIR" || exit 1
# The path of the sources may have spaces, and then only a relative O can be told.
build=$(realpath --relative-to="$ROOT" "$O")
run_make() {
	make -s -C "$ROOT" O="$build" $(sanitizer_setting) "$@" >make.out 2>&1 || fail "make $*: $(cat make.out)"
}

# --- installed files, below DESTDIR

mkdir dest
run_make install DESTDIR="$PWD/dest" PREFIX=/usr
installed=$(cd dest && find . ! -type d -printf '%m %P\n' | sort -k 2 | grep -vE 'share/man/|/python3')
check_equal "installed files" "755 usr/bin/memwatch
755 usr/bin/memwatchd
644 usr/include/memwatch.h
644 usr/lib/libmemwatch.a
777 usr/lib/libmemwatch.so
644 usr/lib/libmemwatch.so.0
755 usr/lib/memwatch/memwatch-launch
755 usr/lib/memwatch/recorder
644 usr/lib/pkgconfig/memwatch.pc
644 usr/share/bash-completion/completions/memwatch
644 usr/share/fish/vendor_completions.d/memwatch.fish
644 usr/share/zsh/site-functions/_memwatch" "$installed"
check_equal "zsh's completions" "#compdef memwatch" "$(head -n 1 dest/usr/share/zsh/site-functions/_memwatch)"
for page in man1/memwatch.1 man1/memwatchd.1 man3/memwatch.3; do
	[ -s "dest/usr/share/man/$page" ] || fail "no manual page $page"
done
if [ -d "$O/python" ]; then
	python=$(dirname "$(find dest -path '*/memwatch/__init__.py')")
	check_equal "the Python package" "memwatch" "$(basename "$python")"
	check_equal "its origin" "$PWD/$python/__init__.py" \
		"$(PYTHONPATH=${python%/*} in_python /usr/bin/python3 -B -c 'import memwatch; print(memwatch.__file__)')"
fi
check_equal "version" "memwatch $(pkg-config --modversion dest/usr/lib/pkgconfig/memwatch.pc)" \
	"$(dest/usr/bin/memwatch --version)"

# --- what is installed works: the command finds its watcher, pkg-config the library

dest/usr/bin/memwatch run --view json -- true >run.out || fail "the installed command: $(cat run.out)"
export PKG_CONFIG_SYSROOT_DIR=$PWD/dest PKG_CONFIG_PATH=$PWD/dest/usr/lib/pkgconfig
# pkg-config leaves out /usr/include and /usr/lib, which a compiler knows; but not those below dest.
export PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 PKG_CONFIG_ALLOW_SYSTEM_LIBS=1
check_equal "compiler flags" "-I$PWD/dest/usr/include" "$(pkg-config --cflags memwatch | xargs)"
check_equal "linker flags" "-L$PWD/dest/usr/lib -lmemwatch" "$(pkg-config --libs memwatch | xargs)"

# compile PROGRAM FLAG...
compile() {
	local program=$1

	shift
	${CC:-cc} $(sanitizer_flags) -Werror -o "$program" "$ROOT/examples/hello.c" $(pkg-config --cflags memwatch) "$@" >cc.out 2>&1 ||
		fail "$program can't be built: $(cat cc.out)"
}
compile shared $(pkg-config --libs memwatch)
LD_LIBRARY_PATH=$PWD/dest/usr/lib ldd shared | grep -q "libmemwatch.so.0 => $PWD/dest/usr/lib/libmemwatch.so.0" ||
	fail "the shared library is not linked: $(ldd shared)"
unset PKG_CONFIG_SYSROOT_DIR # nanomsg's library is the system's
static=$(pkg-config --define-variable=prefix="$PWD/dest/usr" --static --libs memwatch)
compile static -I"$PWD/dest/usr/include" ${static/-lmemwatch/-l:libmemwatch.a}
ldd static | grep -q libmemwatch && fail "the static library is not linked: $(ldd static)"

follow() { # COMMAND: it appears in a session with its milestones
	"$O/memwatch" run --view json -i 50ms -- "$@" >follow.out 2>follow.err || fail "$*: status $?, $(cat follow.err)"
	check_equal "milestones of $*" "started 50 MB read done" \
		"$(jq -r 'select(.type == "event" and .category == "").label' follow.out | xargs)"
}
LD_LIBRARY_PATH=$PWD/dest/usr/lib follow ./shared
follow ./static

# --- uninstalled: nothing is left, and nothing else is gone

echo mine >dest/usr/lib/mine
run_make uninstall DESTDIR="$PWD/dest" PREFIX=/usr
check_equal "files that are left" "dest/usr/lib/mine" "$(find dest ! -type d)"

# --- another PREFIX after that is another PREFIX

mkdir "an other"
run_make install DESTDIR="$PWD/an other" PREFIX=/opt/memwatch
check_equal "the prefix in memwatch.pc" "prefix=/opt/memwatch" \
	"$(grep ^prefix= "an other/opt/memwatch/lib/pkgconfig/memwatch.pc")"
run_make uninstall DESTDIR="$PWD/an other" PREFIX=/opt/memwatch
check_equal "files that are left" "" "$(find "an other" ! -type d)"

# --- a build elsewhere, and clean

before=$(cd "$ROOT" && ls -A)
make -s -j 2 -C "$ROOT" O="$PWD/elsewhere" CFLAGS=-O0 "$PWD/elsewhere/libmemwatch.so" >make.out 2>&1 || fail "O=: $(cat make.out)"
[ -e elsewhere/libmemwatch.so.0 ] || fail "O= builds elsewhere"
check_equal "files beside the sources" "$before" "$(cd "$ROOT" && ls -A)"
make -s -C "$ROOT" O="$PWD/elsewhere" clean || fail "clean"
[ -e elsewhere ] && fail "clean leaves files"

# --- help names every target of people's

for target in make 'make demo' 'make check' 'make bench' 'make python' 'make mpi' 'make deps' 'make install' 'make uninstall' 'make clean' 'make help'; do
	make -s -C "$ROOT" O="$build" help | grep -q "$target" || fail "help does not name $target"
done
