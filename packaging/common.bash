# shellcheck shell=bash disable=SC2034
# What the scripts of this folder share. They source it in the top folder of a checkout.

export CARGO_TERM_COLOR=never CARGO_INCREMENTAL=0 LC_ALL=C
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
readonly maturin_version=1.16.0 zigbuild_version=0.24.1 zig_version=0.17.1
# The oldest C libraries that the programs run with: glibc 2.17 is that of 2012.
readonly glibc=2.17 manylinux=manylinux_2_17 musllinux=musllinux_1_2
readonly dist=$CARGO_TARGET_DIR/dist
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
readonly version

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# Prints the head of the script.
usage() {
    sed -n '2,/^[^#]/s/^# \{0,1\}//p' "packaging/$(basename "$0")" >&2
    exit 2
}

# Reads `--profile NAME` into `profile`, and the other arguments into `arguments`.
read_profile() {
    profile=release
    if [[ ${1-} == --profile ]]; then
        (($# >= 2)) || usage
        profile=$2
        shift 2
    fi
    [[ ${1-} != -* ]] || usage
    arguments=("$@")
}

# Installs the build tools from PyPI, once, and puts them on the PATH.
build_tools() {
    local venv=${BUILD_TOOLS:-$CARGO_TARGET_DIR/packaging/tools-$maturin_version-$zigbuild_version-$zig_version}
    if [[ ! -x $venv/bin/maturin ]]; then
        rm -rf "$venv"
        python3 -m venv "$venv"
        "$venv/bin/pip" install --quiet --disable-pip-version-check "maturin==$maturin_version" \
            "cargo-zigbuild==$zigbuild_version" "ziglang==$zig_version"
    fi
    export BUILD_TOOLS=$venv PATH="$venv/bin:$PATH"
}

# Makes a build independent of its folder, its time and the user's own flags. The flags for SQLite and the C code come
# from .cargo/config.toml.
reproducible() {
    local cargo_home=${CARGO_HOME:-$HOME/.cargo} sysroot commit
    sysroot=$(rustc --print sysroot)
    commit=$(rustc -vV | sed -n 's/^commit-hash: //p')
    unset CFLAGS LIBSQLITE3_FLAGS RUSTFLAGS
    local rust=(
        "--remap-path-prefix=$cargo_home=/cargo" "--remap-path-prefix=$PWD=/authctl"
        "--remap-path-prefix=$CARGO_TARGET_DIR=/authctl/target"
        "--remap-path-prefix=$sysroot/lib/rustlib/src/rust=/rustc/$commit"
    )
    CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f' && printf '%s' "${rust[*]}")
    export CARGO_ENCODED_RUSTFLAGS
    export CC_SHELL_ESCAPED_FLAGS=1
    printf -v HOST_CFLAGS '%q' "-ffile-prefix-map=$cargo_home=/cargo"
    export HOST_CFLAGS TARGET_CFLAGS=$HOST_CFLAGS
    export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 1577836800)}
    AUTHCTL_COMMIT=${AUTHCTL_COMMIT:-$(git rev-parse HEAD 2>/dev/null || true)}
    export AUTHCTL_COMMIT
}

# For type checks: SQLite's code is compiled, though never run, and optimization would take most of the time.
readonly quick=(--config profile.dev.package.libsqlite3-sys.opt-level=0)

# Prints the path of the program for a target and a profile.
program() {
    local folder=$2
    [[ $folder != dev ]] || folder=debug
    printf '%s/%s/%s/authctl\n' "$CARGO_TARGET_DIR" "$1" "$folder"
}

# Adds files with fixed owners, modes and times to a compressed archive: ARCHIVE FOLDER NAME…
archive() {
    local archive=$1 folder=$2
    shift 2
    tar --create --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" --format=gnu \
        --directory "$folder" "$@" | gzip -9n >"$archive"
}
