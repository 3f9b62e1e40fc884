#!/usr/bin/env bash
# The kernels' tests on ARM, emulated by qemu: registers of 128 bits, dot products of bytes, code of the ARM compiler. On Debian, with the .NET SDK; some ten minutes.
#   bench/arm.sh                              products, packed weights, attention over caches, functions, conversions, threads
#   bench/arm.sh -class '*.KernelTests'       what the test program takes; here every op against the reference, half an hour
#   CPU=cortex-a72 bench/arm.sh               a processor without dot products
# What is downloaded and published lies in ARM_FOLDER and serves the next time; nothing of the system changes but that qemu-user is installed, where it is missing and this is root.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${ARM_FOLDER:-${XDG_CACHE_HOME:-$HOME/.cache}/grimoire-arm}
mkdir -p "$folder"

command -v qemu-aarch64 > /dev/null || { apt-get update -q && apt-get install -y -q --no-install-recommends qemu-user; }

# The C library and what .NET opens beside it, for ARM: lists and packages of their own, not the system's.
if [ ! -e "$folder/root/lib/ld-linux-aarch64.so.1" ]; then
  mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial" "$folder/packages" "$folder/root"
  arm() { apt-get -q -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Dir::State::lists="$folder/lists" -o Dir::Cache="$folder/cache" "$@"; }
  arm update
  (cd "$folder/packages" && arm download libc6 libstdc++6 libgcc-s1 && { arm download libssl3 || arm download libssl3t64; })
  for package in "$folder"/packages/*.deb; do dpkg -x "$package" "$folder/root"; done
fi

dotnet publish tests/Grimoire.Tensors.Tests -c Release -r linux-arm64 --self-contained -o "$folder/program"

if [ $# -eq 0 ]; then
  for tests in VectorMathTests CachedAttentionTests PackedFloatTests ProductTests NarrowingTests.Any_float MachineTests ThreadTeamTests \
    PackedTests.{Equal_the_reference,Follow,Of_several,Take,Say}; do
    set -- "$@" -method "*.$tests*"
  done
fi

# Pages that are written and executed are two mappings of one memory where W^X is on: qemu would not see that code changes.
cd "$folder/program"
DOTNET_EnableWriteXorExecute=0 GRIMOIRE_TEST_WIDTHS=${GRIMOIRE_TEST_WIDTHS:-128} \
  exec qemu-aarch64 -cpu "${CPU:-max}" -L "$folder/root" ./Grimoire.Tensors.Tests -parallel none "$@"
