#!/bin/sh
# Makes the virtual environment with the locked versions: make-venv.sh PYTHON FOLDER
set -eu
python=$1
venv=$2

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Salvage needs Python 3.11 or later; $python is $("$python" -V 2>&1). Try: make PYTHON=python3.12 setup" >&2
    exit 1
}

# Debian ships python3 without what makes virtual environments.
"$python" -c 'import ensurepip, venv' 2>/dev/null || {
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null
    else
        echo "Python's venv is missing. On Debian or Ubuntu: sudo apt-get install python3-venv" >&2
        exit 1
    fi
}

"$python" -m venv --clear "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check --requirement requirements.lock
"$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --editable .
