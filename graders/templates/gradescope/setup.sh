#!/usr/bin/env bash
# Gradescope runs this once, when it builds the image: gradecheck @version@ into a folder of its own.
set -euo pipefail

root=${AUTOGRADER_ROOT:-/autograder}

apt-get update -q
apt-get install -q -y --no-install-recommends bubblewrap ca-certificates

python=
for name in python3.13 python3.12 python3.11 python3; do
    if command -v "$name" >/dev/null && "$name" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))'; then
        python=$name
        break
    fi
done
if [ -z "$python" ]; then
    apt-get install -q -y --no-install-recommends python3.11 python3.11-venv
    python=python3.11
fi
"$python" -c 'import ensurepip' 2>/dev/null || apt-get install -q -y --no-install-recommends "$python-venv"

"$python" -m venv "$root/kit"
cd "$root/source"
"$root/kit/bin/python" -m pip install --disable-pip-version-check '@requirement@'
