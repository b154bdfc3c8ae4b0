# Part of Apus, Apache-2.0. See LICENSE.
# Sourced by the other scripts: makes sure that what they need is installed.
#
# As root, missing Debian packages are installed; as another user the exact line to run is printed
# and the script stops with status 2.

missing_packages=()

# need PACKAGE TEST...: adds the package to those that are missing if the test fails.
need() {
  local package=$1
  shift
  "$@" >/dev/null 2>&1 || missing_packages+=("$package")
}

# What the Swift toolchain needs to build on a minimal Debian.
need_build_tools() {
  if ! command -v swift >/dev/null; then
    echo "apus: swift is not on the PATH. Install Swift 6.2 or later from swift.org." >&2
    exit 2
  fi
  need git command -v git
  need ca-certificates test -e /etc/ssl/certs
  need binutils command -v ld
  need libc6-dev test -e /usr/include/stdio.h
  need libstdc++-12-dev bash -c 'ls -d /usr/include/c++/*'
  need libcurl4 bash -c 'ldconfig -p | grep -q libcurl.so.4'
  need libxml2 bash -c 'ldconfig -p | grep -q libxml2.so.2'
  need libsqlite3-0 bash -c 'ldconfig -p | grep -q libsqlite3.so.0'
  need libncurses6 bash -c 'ldconfig -p | grep -q libncurses.so.6'
  need tzdata test -e /usr/share/zoneinfo/UTC
  # For clusters: messages, signatures, records.
  need libzmq3-dev test -e /usr/include/zmq.h
  need libssl-dev test -e /usr/include/openssl/hmac.h
  need libsqlite3-dev test -e /usr/include/sqlite3.h
}

# What the tests need as well: Python with NumPy, in a virtual environment of the project.
need_python() {
  need python3 command -v python3
  need python3-venv python3 -c 'import ensurepip, venv'
}

# The other peers of the tests: R, and dieharder, a battery of tests for random numbers.
need_peers() {
  need r-base-core command -v Rscript
  need dieharder command -v dieharder
}

# Linear algebra libraries; the tests of that module run with each of them.
need_blas_libraries() {
  local folder="/usr/lib/$(uname -m)-linux-gnu"
  need libopenblas0-pthread test -e "$folder/openblas-pthread/libopenblas.so.0"
  need libopenblas0-openmp test -e "$folder/openblas-openmp/libopenblas.so.0"
  need libopenblas0-serial test -e "$folder/openblas-serial/libopenblas.so.0"
  need libopenblas64-0-pthread test -e "$folder/openblas64-pthread/libopenblas64.so.0"
  need libblis4-pthread test -e "$folder/blis-pthread/libblis.so.4"
  need libblas3 test -e "$folder/blas/libblas.so.3"
  need liblapack3 test -e "$folder/lapack/liblapack.so.3"
}

# Slurm, sshd, Open MPI and what makes hosts of network namespaces; only root can raise them.
need_clusters() {
  [ "$(id -u)" = 0 ] || return 0
  need slurm-wlm command -v slurmctld
  need slurm-wlm-torque test -x /usr/bin/qsub
  need munge command -v munged
  need openssh-server test -x /usr/sbin/sshd
  need openssh-client command -v ssh
  need iproute2 command -v ip
  need iptables test -x /usr/sbin/iptables
  need openmpi-bin command -v mpiexec
  need procps command -v pkill
}

# Installs the missing packages, or prints how to and exits.
install_missing() {
  [ ${#missing_packages[@]} -gt 0 ] || return 0
  local line="apt-get install -y --no-install-recommends ${missing_packages[*]}"
  if [ "$(id -u)" != 0 ]; then
    echo "apus: some packages are missing. Run this line and start again:" >&2
    echo "  sudo apt-get update && sudo $line" >&2
    exit 2
  fi
  echo "Installing ${missing_packages[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $line -qq >/dev/null
  missing_packages=()
}
