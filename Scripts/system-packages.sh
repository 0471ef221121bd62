#!/usr/bin/env bash
# Installs the system packages that the build needs and that are missing. Does nothing where they are all there.
set -euo pipefail

packages=(libopenblas-dev liblapacke-dev libboost-math-dev libssl-dev zlib1g-dev libzstd-dev pkg-config)

isComplete() {
    command -v pkg-config > /dev/null &&
        pkg-config --exists openblas lapacke libcrypto zlib libzstd &&
        { [ -e /usr/include/boost/math/distributions/students_t.hpp ] ||
            [ -e "${BOOST_ROOT:-/usr/local}/include/boost/math/distributions/students_t.hpp" ]; }
}

if isComplete; then exit 0; fi

if ! command -v apt-get > /dev/null; then
    echo "Counterpart needs OpenBLAS, LAPACKE, Boost.Math, OpenSSL's libcrypto, zlib, libzstd (with their headers) and pkg-config." >&2
    echo "On Debian or Ubuntu these are: ${packages[*]}. Install them with this system's package manager, then try again." >&2
    exit 1
fi

asRoot=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo > /dev/null; then
        echo "These packages are missing and installing them needs root: ${packages[*]}" >&2
        exit 1
    fi
    asRoot=(sudo)
fi

echo "Installing system packages: ${packages[*]}"
"${asRoot[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${asRoot[@]}" apt-get install -y -qq --no-install-recommends "${packages[@]}"
isComplete || { echo "The packages were installed but are not found: ${packages[*]}" >&2; exit 1; }
