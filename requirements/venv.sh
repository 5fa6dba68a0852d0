#!/bin/sh
# sh requirements/venv.sh runtime|dev
#
# Brings .venv in the project's root up to date: makes it where there is none, and anew where it was left half made or
# its Python or what was installed has changed, so that nothing lingers that is asked for no more; installs
# requirements/<kind>.txt by hash and writes the program .venv/bin/dems. Ends at once when there is nothing to do.
set -eu

kind=$1
cd "$(dirname "$0")/.."
python=.venv/bin/python
unfinished=.venv/unfinished

say() { printf '%s\n' "$*" >&2; }

at_least_3_11() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.11 python3.12 python3.13 python3.14 python; do
        if at_least_3_11 "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    say "Python 3.11 or later is needed and was not found: install it, or name it as in 'make PYTHON=/path/to/python3.12'."
    return 1
}

# What was installed, and by which Python: another answer than the one kept means that there is something to do.
state() { "$python" -c 'import sys; print(*sys.version_info[:2], sys.prefix)' && cksum < "requirements/$1.txt"; }

up_to_date() { [ ! -e "$unfinished" ] && [ -e ".venv/$1.installed" ] && [ "$(state "$1" 2>&1)" = "$(cat ".venv/$1.installed")" ]; }

as_installed() { [ ! -e ".venv/$1.installed" ] || up_to_date "$1"; }

# The library's folder bears the version of the Python that made it.
usable() {
    [ ! -e "$unfinished" ] && at_least_3_11 "$python" && as_installed runtime && as_installed dev &&
        "$python" -c 'import os, sys; sys.exit(os.path.realpath(sys.prefix) != os.path.realpath(".venv"))' &&
        "$python" -m pip --version >/dev/null 2>&1
}

make_venv() {
    found=$(find_python)
    say "Making .venv with $found."
    rm -rf .venv
    mkdir .venv
    : > "$unfinished"
    "$found" -m venv .venv >/dev/null || {
        rm -rf .venv
        say "$found cannot make a virtual environment: install its venv package (on Debian and Ubuntu 'apt install python3-venv')."
        return 1
    }
}

# An interrupted installation leaves the mark behind, and the next run begins anew.
install() {
    say "Installing requirements/$kind.txt into .venv."
    : > "$unfinished"
    "$python" -m pip install --quiet --disable-pip-version-check --no-input \
        --require-hashes --only-binary :all: -r "requirements/$kind.txt"
}

# The project is never installed as a package: this program finds it beside its own .venv.
write_program() {
    cat > .venv/bin/dems.new <<'PROGRAM'
#!/bin/sh
bin=$(CDPATH= cd -- "$(dirname -- "$(readlink -f -- "$0")")" && pwd -P) || exit 1
exec "$bin/python" -P -c '
import sys
sys.path.insert(0, sys.argv.pop(1))
sys.argv[0] = "dems"
from dems.cli.main import run
run()
' "${bin%/.venv/bin}" "$@"
PROGRAM
    chmod 755 .venv/bin/dems.new
    mv .venv/bin/dems.new .venv/bin/dems
}

# Two runs at once would install over each other.
if command -v flock >/dev/null 2>&1; then
    exec 9< requirements/venv.sh
    flock 9
fi

if up_to_date "$kind" && [ -x .venv/bin/dems ]; then
    exit 0
fi
usable || make_venv
up_to_date "$kind" || install
write_program
if [ "$kind" = dev ]; then
    state runtime > .venv/runtime.installed  # dev.txt holds everything of runtime.txt, in the same versions
fi
state "$kind" > ".venv/$kind.installed"
rm -f "$unfinished"
